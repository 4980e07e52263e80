// form[data-needs-all]: its submit button stays shut until every required field is filled, and the element named by
// data-needs-said says how many points are still open. Without script the server says it beside the fields.
(() => {
  const check = (form) => {
    const fields = [...form.querySelectorAll("[required]")];
    const open = fields.filter((field) => (field.type === "checkbox" ? !field.checked : !field.value.trim()));
    const button = form.querySelector("[type=submit]");
    const said = document.querySelector(form.dataset.needsSaid || "");
    if (button) button.setAttribute("aria-disabled", String(open.length > 0));
    if (!said) return;
    said.textContent = open.length === 0 ? said.dataset.none : open.length === 1 ? said.dataset.one : said.dataset.many.replace("%s", open.length);
  };
  const all = () => document.querySelectorAll("form[data-needs-all]").forEach(check);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-needs-all]");
    if (form) check(form);
  });
  document.addEventListener("submit", (event) => {
    const button = event.target.matches("[data-needs-all]") && event.target.querySelector("[type=submit]");
    if (button && button.getAttribute("aria-disabled") === "true") event.preventDefault();
  }, true);
  document.addEventListener("DOMContentLoaded", all);
  addEventListener("pageshow", all);
})();
