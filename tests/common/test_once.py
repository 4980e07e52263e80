"""What a page asks several times is found out once; what is sent to be written asks every time."""

from django.http import HttpResponse

from common.once import once, one_page, reading


def asking():
    asked = []

    @once
    def ask(*, of):
        asked.append(of)
        return [of]

    return ask, asked


def test_outside_of_a_page_every_question_is_asked():
    ask, asked = asking()
    assert (ask(of=1), ask(of=1), asked) == ([1], [1], [1, 1])


def test_on_a_page_each_question_is_asked_once():
    ask, asked = asking()
    with reading():
        assert (ask(of=1), ask(of=2), ask(of=1)) == ([1], [2], [1])
        assert asked == [1, 2]
    with reading():
        ask(of=1)
    assert asked == [1, 2, 1]


def test_only_what_is_read_is_a_page(rf):
    ask, asked = asking()

    def view(request):
        ask(of=request.method)
        ask(of=request.method)
        return HttpResponse()

    for request in (rf.get("/"), rf.head("/"), rf.post("/")):
        one_page(view)(request)
    assert asked == ["GET", "HEAD", "POST", "POST"]
