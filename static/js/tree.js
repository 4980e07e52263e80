// Keys for [role=tree]: up and down, right opens or enters, left shuts or leaves, Home, End, Enter, typing finds.
// Items are [role=treeitem] with aria-level; an opener inside ([data-tree-open]) loads or shuts the branch, and a
// link inside ([data-tree-link]) opens the person. Without script the openers are plain links.
(() => {
  const items = (tree) => [...tree.querySelectorAll("[role=treeitem]")].filter((item) => item.offsetParent !== null);
  const level = (item) => Number(item.getAttribute("aria-level"));
  const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
  const opener = (item) => item.querySelector("[data-tree-open]");
  let typed = "";
  let timer;

  const focus = (tree, item) => {
    if (!item) return;
    tree.querySelectorAll("[role=treeitem][tabindex='0']").forEach((other) => { other.tabIndex = -1; });
    item.tabIndex = 0;
    item.focus();
  };

  const parent = (all, at) => all.slice(0, at).reverse().find((item) => level(item) < level(all[at]));

  const find = (all, at, key) => {
    clearTimeout(timer);
    timer = setTimeout(() => { typed = ""; }, 600);
    typed += key.toLocaleLowerCase();
    const from = typed.length > 1 ? at : at + 1;
    const order = [...all.slice(from), ...all.slice(0, from)];
    return order.find((item) => (item.dataset.name || item.textContent.trim()).toLocaleLowerCase().startsWith(typed));
  };

  const moves = {
    ArrowDown: (all, at) => all[at + 1],
    ArrowUp: (all, at) => all[at - 1],
    Home: (all) => all[0],
    End: (all) => all[all.length - 1],
    ArrowRight: (all, at) => {
      if (!all[at].hasAttribute("aria-expanded")) return null;
      if (isOpen(all[at])) return all[at + 1];
      opener(all[at])?.click();
      return null;
    },
    ArrowLeft: (all, at) => {
      if (!isOpen(all[at])) return parent(all, at);
      opener(all[at])?.click();
      return null;
    },
  };

  document.addEventListener("keydown", (event) => {
    const item = event.target.closest("[role=treeitem]");
    if (!item || event.target !== item || event.ctrlKey || event.metaKey || event.altKey) return;
    const tree = item.closest("[role=tree]");
    const all = items(tree);
    const at = all.indexOf(item);
    if (moves[event.key]) {
      event.preventDefault();
      focus(tree, moves[event.key](all, at));
    } else if (event.key === "Enter") {
      event.preventDefault();
      (item.matches("a") ? item : item.querySelector("[data-tree-link]") || opener(item))?.click();
    } else if (event.key.length === 1 && event.key !== " ") {
      focus(tree, find(all, at, event.key));
    }
  });

  document.addEventListener("focusin", (event) => {
    const item = event.target.closest("[role=treeitem]");
    if (!item) return;
    const tree = item.closest("[role=tree]");
    tree.querySelectorAll("[role=treeitem][tabindex='0']").forEach((other) => { if (other !== item) other.tabIndex = -1; });
    item.tabIndex = 0;
  });

  // One tab stop: with script the links inside are reached through their row, which reads one sentence.
  const prepare = () => document.querySelectorAll("[role=tree]").forEach((tree) => {
    tree.querySelectorAll("[data-tree-open], [data-tree-link]").forEach((link) => {
      link.tabIndex = -1;
      link.setAttribute("aria-hidden", "true");
    });
    tree.querySelectorAll("[role=treeitem]:not([tabindex])").forEach((item) => { item.tabIndex = -1; });
    if (!tree.querySelector("[role=treeitem][tabindex='0']")) {
      const first = tree.querySelector("[role=treeitem][aria-selected=true]") || tree.querySelector("[role=treeitem]");
      if (first) first.tabIndex = 0;
    }
  });
  prepare();

  // After a branch was loaded the row that opened it keeps the focus; after more rows the first of them has it.
  let opened;
  let before;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const item = event.target.closest?.("[role=treeitem]");
    const all = item ? items(item.closest("[role=tree]")) : [];
    opened = item?.id;
    before = opened ? null : all[all.indexOf(item) - 1];
  });
  document.addEventListener("htmx:afterSettle", () => {
    prepare();
    const tree = (document.getElementById(opened) || before)?.closest("[role=tree]");
    if (!tree) return;
    const all = items(tree);
    focus(tree, before ? all[all.indexOf(before) + 1] : document.getElementById(opened));
    opened = before = null;
  });
})();
