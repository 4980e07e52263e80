// [data-copy="#id"] copies the text or value of that element and says so in its own [data-copy-said].
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  const said = document.querySelector(button.dataset.copySaid || "") || button.parentElement.querySelector("[role=status]");
  if (!source) return;
  const text = source.value ?? source.textContent.trim();
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    source.select?.();
    done = document.execCommand("copy");
  }
  if (said) said.textContent = done ? button.dataset.copied || "" : button.dataset.copyFailed || "";
});
