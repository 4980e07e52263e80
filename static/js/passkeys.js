// What allauth's scripts report of a passkey that was refused or not found is said in [data-passkey-failed].
document.addEventListener("allauth.error", () => {
  const said = document.querySelector("[data-passkey-failed]");
  if (said) said.textContent = said.dataset.passkeyFailed;
});
