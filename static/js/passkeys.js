// [data-passkey] names what allauth's script does with passkeys here, and the elements it needs; what failed is said in it.
const place = document.querySelector("[data-passkey]");
const { passkey, failed, ...ids } = place.dataset;
window.allauth.webauthn.forms[passkey]({ ids });
document.addEventListener("allauth.error", () => { place.textContent = failed; });
