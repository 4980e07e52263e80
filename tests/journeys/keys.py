"""Somebody without a mouse: Tab, Enter, Space and arrows, and at every stop it can be seen where one is."""

from playwright.sync_api import Locator, Page

# Why the stop cannot be seen; nothing when it can, or when the browser itself has the focus.
UNSEEN = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const [at] = one.getClientRects();
  const style = getComputedStyle(one);
  const says = (why) => why + ": " + one.outerHTML.slice(0, 160);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return says("no ring");
  if (!at || at.width < 2 || at.height < 2) return says("nothing to see");
  const high = Math.min(at.bottom, innerHeight) - Math.max(at.top, 0);
  if (high < Math.min(at.height, 20) || at.left < -1 || at.right > innerWidth + 1) return says("out of sight");
  const over = document.elementFromPoint(at.left + at.width / 2, Math.max(at.top, 0) + high / 2);
  return !over || one.contains(over) || over.contains(one) ? "" : says("covered by " + over.className);
}"""
HERE = "all => all.includes(document.activeElement)"


class Keys:
    def __init__(self, page: Page, *, most: int = 90) -> None:
        """At most so many stops lie between two things somebody wants."""
        self.page, self.most = page, most

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, target: Locator) -> None:
        """Press Tab until it, or one of several, has the focus."""
        target.first.wait_for(state="attached")
        for _ in range(self.most):
            if target.evaluate_all(HERE):
                return
            self.press("Tab")
            unseen = self.page.evaluate(UNSEEN)
            assert not unseen, f"{self.page.url}: {unseen}"
        raise AssertionError(f"{self.page.url}: Tab does not come to {target}")

    def open(self, target: Locator) -> None:
        self.to(target)
        self.press("Enter")

    def tick(self, target: Locator) -> None:
        self.to(target)
        self.press("Space")

    def write(self, target: Locator, words: str) -> None:
        self.to(target)
        self.page.keyboard.type(words)

    def choose(self, group: Locator, wanted: Locator) -> None:
        """Walk by arrows through radio buttons, of which Tab reaches one."""
        self.to(group)
        for _ in range(group.count()):
            if wanted.evaluate_all(HERE):
                break
            self.press("ArrowDown")
        if not wanted.is_checked():
            self.press("Space")
