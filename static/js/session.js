// @ts-check
// A form sent after the session has ended loses nothing: a dialog signs in again, then the same click is sent. Every
// script that finds the session lost calls this (window.ashi.lostSession).
(() => {
  "use strict";
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("ashi-session") : null;
  if (document.querySelector("[data-signed-in-again]")) {
    channel?.postMessage("signed in");
    window.close();
    return;
  }
  const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("sign-in-again"));
  if (!dialog) return;
  /** @type {WeakSet<HTMLFormElement>} */
  const passes = new WeakSet(); // forms on their way
  /** @type {Map<object | string, () => void>} */
  const waiting = new Map(); // what is sent once someone is signed in again
  let asking = 0;
  /** @type {Window | null} */
  let popup = null;

  /** @param {string} token */
  const renew = (token) => {
    const fields = /** @type {NodeListOf<HTMLInputElement>} */ (
      document.querySelectorAll('input[name="csrfmiddlewaretoken"]')
    );
    for (const field of fields) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.dispatchEvent(new CustomEvent("ashi:token", { detail: token }));
  };
  const partOf = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (dialog.querySelector(selector));

  // "here", "gone", "other" (someone else is signed in), or "nowhere" (no network, no server)
  const ask = async (/** @type {boolean} */ isPoll) => {
    const headers = { Accept: "application/json", ...(isPoll ? { "X-Ashi-Background": "1" } : {}) };
    try {
      const answer = await fetch(dialog.dataset.ask ?? "", { headers, signal: AbortSignal.timeout(10_000) });
      if (answer.status === 401) return "gone";
      if (!answer.ok) return "nowhere";
      const who = await answer.json();
      const isOther = String(who.user) !== dialog.dataset.user;
      partOf("[data-other-person]").hidden = !isOther;
      partOf("[data-name]").textContent = who.name;
      if (isOther) return "other";
      renew(who.token);
      return "here";
    } catch {
      return "nowhere";
    }
  };

  const settle = async () => {
    if (!dialog.open || (await ask(true)) !== "here" || !dialog.open) return;
    window.clearInterval(asking);
    dialog.close();
    popup?.close();
    window.ashi.say("You are signed in again.");
    const works = [...waiting.values()];
    waiting.clear();
    for (const work of works) work();
  };

  /** @param {object | string} key @param {() => void} work */
  const signInAgain = (key, work) => {
    waiting.set(key, work);
    if (dialog.open) return;
    dialog.showModal();
    window.clearInterval(asking);
    asking = window.setInterval(settle, 2000);
  };
  const link = /** @type {HTMLAnchorElement} */ (partOf("a"));
  link.addEventListener("click", (event) => {
    popup = window.open(link.href, "ashi-sign-in", "popup,width=520,height=720");
    if (popup) event.preventDefault(); // else the link itself opens a tab
  });
  partOf("[data-dismiss]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => window.clearInterval(asking));
  channel?.addEventListener("message", settle);
  window.addEventListener("focus", settle);

  // Signed out, or signed in again in another window: in both cases ``again`` is called as soon as it can be sent.
  window.ashi.lostSession = async (status, header, key, again) => {
    const isGone = status === 401 && Boolean(header("X-Ashi-Signed-Out"));
    if (!isGone && !(status === 403 && header("X-Ashi-Token"))) return false;
    const state = isGone ? "gone" : await ask(true);
    if (state === "nowhere") return false;
    if (state === "here") window.setTimeout(again);
    else signInAgain(key, again);
    return true;
  };

  // --- forms that leave the page: checked before they are sent
  const unsent = (/** @type {HTMLFormElement} */ form) => {
    form.querySelector("[data-unsent]")?.remove();
    const words = window.ashi.notice(
      "Not sent: the clinic’s server does not answer. What you typed is still here; try again in a moment.",
    );
    words.dataset.unsent = "";
    form.append(words);
  };
  // That part of the page may have been drawn anew while we asked: pressed there, if it still says the same.
  /** @param {HTMLFormElement} form @param {HTMLElement | null} button */
  const sendAsDrawnNow = (form, button) => {
    const value = button?.getAttribute("value") ?? "";
    if (window.ashi.pressAgain) return window.ashi.pressAgain(form, value);
    const told = (/** @type {HTMLFormElement} */ one) =>
      [...one.querySelectorAll("input[type=hidden]:not([name=csrfmiddlewaretoken])")]
        .map((field) => `${field.getAttribute("name")}=${field.getAttribute("value")}`)
        .join("&") + one.getAttribute("action");
    const now = [...document.forms].find((one) => told(one) === told(form));
    const press = [...(now?.querySelectorAll("button") ?? [])].find((one) => one.value === value);
    if (press) return press.click();
    const words = window.ashi.notice("Not sent: this page has changed in the meantime. Look at it and press again.");
    document.querySelector("main")?.prepend(words);
    return words.scrollIntoView({ block: "nearest" });
  };
  /** @param {HTMLFormElement} form @param {HTMLElement | null} button */
  const send = (form, button) => {
    if (!form.isConnected) return sendAsDrawnNow(form, button);
    passes.add(form);
    if (button?.isConnected) form.requestSubmit(button);
    else form.requestSubmit();
    passes.delete(form);
  };
  document.addEventListener(
    "submit",
    async (event) => {
      const form = /** @type {HTMLFormElement} */ (event.target);
      const button = event.submitter;
      const method = (button?.getAttribute("formmethod") || form.getAttribute("method") || "").toLowerCase();
      const isPost = method === "post" || form.hasAttribute("hx-post") || Boolean(button?.hasAttribute("hx-post"));
      const leads = button?.getAttribute("formaction") || form.getAttribute("action") || "";
      if (!isPost || passes.has(form) || leads.startsWith("/accounts/")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (form.dataset.asking) return; // pressed twice
      form.dataset.asking = "1";
      const state = await ask(false);
      delete form.dataset.asking;
      if (state === "here") send(form, button);
      else if (state === "nowhere") unsent(form);
      else signInAgain(form, () => send(form, button));
    },
    true,
  );

  // --- what htmx has sent; a form that saves itself checks for itself (autosave.js)
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, requestConfig: sent, target } = event.detail;
    if (sent.triggeringEvent?.type === "ashi:save") return;
    const again = () => {
      if (!sent.elt.isConnected) return;
      const pressed = sent.triggeringEvent?.submitter;
      const values = pressed?.name ? { [pressed.name]: pressed.value } : {};
      window.htmx.ajax(sent.verb, sent.path, { source: sent.elt, event: sent.triggeringEvent, target, values });
    };
    window.ashi.lostSession?.(xhr.status, (name) => xhr.getResponseHeader(name), sent.elt, again);
  });
})();
