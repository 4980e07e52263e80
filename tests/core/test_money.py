from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal

from common.money import (
    MoneyError,
    currency,
    format_count,
    format_money,
    format_rate,
    format_volume,
    minor_to_decimal,
    parse_money,
    parse_volume,
)

EUR, JPY, KWD = (currency(code=code) for code in ("EUR", "JPY", "KWD"))


@pytest.mark.parametrize(
    ("text", "of", "amount"),
    [
        ("12.50", EUR, 1250),
        ("12.5", EUR, 1250),
        ("0.01", EUR, 1),
        ("-6.48", EUR, -648),
        ("\u22126.48", EUR, -648),
        (" 7 ", EUR, 700),
        ("1234", JPY, 1234),
        ("1.234", KWD, 1234),
        ("10000000000000", EUR, 10**15),
    ],
)
def test_text_becomes_minor_units(text, of, amount):
    assert parse_money(text=text, currency=of) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12.505",
        "1e3",
        "NaN",
        "Infinity",
        "１２",
        "٣",
        "1,000",
        "1_000",
        "12.",
        ".5",
        "--1",
        "0x10",
        "9" * 30,
        "10000000000000.01",
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(MoneyError):
        parse_money(text=text, currency=EUR)


def test_yen_have_no_decimals():
    with pytest.raises(MoneyError, match="JPY has 0 decimals"):
        parse_money(text="12.5", currency=JPY)


def test_unknown_currency_is_refused():
    with pytest.raises(MoneyError):
        currency(code="XXY")


def test_minor_units_keep_all_decimals():
    assert str(minor_to_decimal(amount=650, currency=EUR)) == "6.50"
    assert minor_to_decimal(amount=-1, currency=KWD) == Decimal("-0.001")


@pytest.mark.parametrize(
    ("amount", "code", "locale", "signed", "text"),
    [
        (648, "EUR", "en", False, "€6.48"),
        (-648, "EUR", "en", False, "−€6.48"),
        (123456, "EUR", "de", False, "1.234,56\u00a0€"),
        (-123456, "EUR", "de-de", False, "−1.234,56\u00a0€"),
        (0, "EUR", "en", True, "€0.00"),
        (1, "EUR", "en", True, "+€0.01"),
        (1234, "JPY", "en", False, "¥1,234"),
        (1234, "KWD", "en", False, "KWD\u00a01.234"),
        (10**15, "EUR", "en", False, "€10,000,000,000,000.00"),
    ],
)
def test_money_is_written_in_one_way(amount, code, locale, signed, text):
    assert format_money(amount, code, locale, signed) == text


@pytest.mark.parametrize(
    "locale", ["en", "de", "fr", "es", "pt_PT", "pl", "hi", "en_IN", "de_CH", "ar", "ja", "bg"]
)
def test_amounts_of_every_length_are_written_as_babel_does(locale):
    for length in range(1, 16):
        amount = int("987654321012345"[:length])
        for code, exponent in (("EUR", 2), ("JPY", 0), ("KWD", 3), ("CHF", 2), ("INR", 2)):
            told = format_currency(Decimal(amount).scaleb(-exponent), code, locale=locale)
            shown = format_money(amount, code, locale)
            assert [one for one in shown if not one.isspace()] == [one for one in told if not one.isspace()]
        told = format_decimal(Decimal(amount).scaleb(-2), format="#,##0.00", locale=locale)
        assert format_volume(amount, "", locale) == told.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    "locale", ["en", "de", "fr", "es", "pt_PT", "pl", "hi", "en_IN", "de_CH", "ar", "ja", "bg"]
)
def test_counts_of_every_length_are_written_as_babel_does(locale):
    for length in range(1, 16):
        number = int("987054321012345"[:length])
        assert format_count(number, locale) == format_decimal(number, locale=locale)
        assert format_count(-number, locale) == format_decimal(-number, locale=locale)
    assert format_count(0, locale) == format_decimal(0, locale=locale)


def test_written_amounts_never_break():
    for locale in ("fr", "nl", "sv", "pl", "de_CH"):
        assert " " not in format_money(-123456789, "EUR", locale)


def test_volumes_and_rates_are_written():
    assert format_volume(612840, "GV", "en") == "6,128.40\u00a0GV"
    assert format_volume(-5, "", "en") == "−0.05"
    assert [format_rate(ppm, "en") for ppm in (80_000, 125_000, 1)] == [
        "8\u00a0%",
        "12.5\u00a0%",
        "0.0001\u00a0%",
    ]
    assert parse_volume(text="62.5") == 6250
