// Django's admin draws some of its fields without a name that can be read aloud: each gets that of its label.
const nameAll = () => {
  document.querySelectorAll(".help-tooltip[aria-label]").forEach((one) => one.setAttribute("role", "img"));
  document.querySelectorAll("p.datetime input").forEach((one) => {
    const row = one.closest("fieldset, .form-row")?.querySelector("legend, label")?.textContent ?? "";
    one.setAttribute("aria-label", `${row} ${one.previousSibling?.textContent ?? ""}`.replace(/\s+/g, " ").trim());
  });
  document.querySelectorAll("select[id] + .select2").forEach((drawn) => {
    const name = document.querySelector(`label[for="${drawn.previousElementSibling.id}"]`)?.textContent.trim();
    drawn.querySelectorAll(".select2-selection, .select2-selection__rendered").forEach((one) => {
      if (name) one.setAttribute("aria-label", name);
    });
  });
};
window.addEventListener("load", nameAll);
// What jQuery draws when the page is ready may be drawn after it has loaded, and after what asked for it before.
window.django?.jQuery?.(nameAll);
