// @ts-check
// The clinic's tablet: when nobody touches it the form closes, after a warning, and nothing is left in the browser.
(() => {
  "use strict";
  const WARNED = 90_000; // two minutes in all, as the server counts (intake/actions/kiosk.py)
  const CLOSED = 120_000;
  const TOLD = 20_000; // the server hears of touches at most this often

  const forget = () => {
    try {
      sessionStorage.clear();
      localStorage.clear();
    } catch {
      /* no storage: nothing to forget */
    }
  };
  if (document.querySelector("[data-given-back]")) forget();
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // what "back" shows comes from the server
  });

  const box = /** @type {HTMLDialogElement | null} */ (document.getElementById("kiosk-idle"));
  const form = box?.querySelector("form");
  if (!box || !form) return;
  const left = /** @type {HTMLElement} */ (box.querySelector("[data-left]"));
  let touched = Date.now();
  let told = Date.now();
  let isOver = false;

  const post = (/** @type {string} */ to, /** @type {FormData} */ body) => fetch(to, { method: "POST", body });
  const gone = () => location.replace(form.dataset.over ?? "/");
  const tell = async () => {
    told = Date.now();
    try {
      const answer = await post(form.dataset.here ?? "", new FormData(form));
      if (answer.redirected) gone();
    } catch {
      /* no network: the server counts for itself */
    }
  };
  const touch = () => {
    if (box.open || isOver) return;
    touched = Date.now();
    if (touched - told > TOLD) tell();
  };
  const close = async () => {
    isOver = true;
    const over = /** @type {HTMLTemplateElement} */ (document.getElementById("kiosk-over"));
    document.getElementById("main")?.replaceChildren(over.content.cloneNode(true));
    box.close();
    forget();
    const data = new FormData(form);
    data.set("how", "idle");
    try {
      await post(form.action, data);
    } catch {
      return; // no network: the page is empty already, and the server closes by itself
    }
    gone();
  };
  for (const kind of ["pointerdown", "keydown", "input", "scroll", "wheel"]) {
    document.addEventListener(kind, touch, { capture: true, passive: true });
  }
  box.querySelector("[data-still-here]")?.addEventListener("click", () => {
    box.close();
    touch();
    tell();
  });
  box.addEventListener("cancel", () => setTimeout(touch)); // the escape key
  setInterval(() => {
    const idle = Date.now() - touched;
    if (isOver || idle < WARNED) return;
    if (idle >= CLOSED) {
      close();
      return;
    }
    left.textContent = String(Math.ceil((CLOSED - idle) / 1000));
    if (!box.open) box.showModal();
  }, 1000);
})();
