// A form sent after the session has ended loses nothing: a dialog signs in again, then the same press is sent.
(() => {
  "use strict";
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("ashi-session") : null;
  if (document.querySelector("[data-signed-in-again]")) {
    if (channel) channel.postMessage("signed in");
    window.close();
    return;
  }
  const dialog = document.getElementById("sign-in-again");
  if (!dialog) return;
  const say = (text) => {
    document.getElementById("announce").textContent = text;
  };
  const passes = new WeakSet(); // forms on their way
  const waiting = new Map(); // what is sent once somebody is signed in again
  let asking = 0;
  let popup = null;

  const renew = (token) => {
    document.querySelectorAll('input[name="csrfmiddlewaretoken"]').forEach((field) => {
      field.value = token;
    });
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.dispatchEvent(new CustomEvent("ashi:token", { detail: token }));
  };

  // "here", "gone", "other" (somebody else is signed in), or "nowhere" (no line, no server)
  const ask = async (isPoll) => {
    const headers = { Accept: "application/json", ...(isPoll ? { "X-Ashi-Background": "1" } : {}) };
    try {
      const answer = await fetch(dialog.dataset.ask, { headers, signal: AbortSignal.timeout(10_000) });
      if (answer.status === 401) return "gone";
      if (!answer.ok) return "nowhere";
      const who = await answer.json();
      const isOther = String(who.user) !== dialog.dataset.user;
      dialog.querySelector("[data-other-person]").hidden = !isOther;
      dialog.querySelector("[data-name]").textContent = who.name;
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
    if (popup) popup.close();
    say("You are signed in again.");
    const works = [...waiting.values()];
    waiting.clear();
    for (const work of works) work();
  };

  const signInAgain = (key, work) => {
    waiting.set(key, work);
    if (dialog.open) return;
    dialog.showModal();
    window.clearInterval(asking);
    asking = window.setInterval(settle, 2000);
  };
  dialog.querySelector("a").addEventListener("click", (event) => {
    popup = window.open(event.currentTarget.href, "ashi-sign-in", "popup,width=520,height=720");
    if (popup) event.preventDefault(); // else the link itself opens a tab
  });
  dialog.querySelector("[data-dismiss]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    window.clearInterval(asking);
  });
  if (channel) channel.addEventListener("message", settle);
  window.addEventListener("focus", settle);

  // --- forms that leave the page, and htmx's own
  const unsent = (form) => {
    const old = form.querySelector("[data-unsent]");
    if (old) old.remove();
    const words = document.createElement("p");
    words.className = "notice caution";
    words.dataset.unsent = "";
    words.setAttribute("role", "alert");
    words.textContent =
      "Not sent: the clinic’s server does not answer. What you typed is still here; try again in a moment.";
    form.append(words);
  };
  const send = (form, button) => {
    passes.add(form);
    if (button?.isConnected) form.requestSubmit(button);
    else form.requestSubmit();
    passes.delete(form);
  };
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target,
        button = event.submitter;
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

  // --- what htmx sent meanwhile
  document.body.addEventListener("htmx:afterRequest", async (event) => {
    const { xhr, requestConfig: sent, target } = event.detail;
    const again = () => {
      if (!sent.elt.isConnected) return;
      const pressed = sent.triggeringEvent?.submitter;
      const values = pressed?.name ? { [pressed.name]: pressed.value } : {};
      window.htmx.ajax(sent.verb, sent.path, { source: sent.elt, event: sent.triggeringEvent, target, values });
    };
    const isGone = xhr.status === 401 && xhr.getResponseHeader("X-Ashi-Signed-Out");
    const isOld = xhr.status === 403 && xhr.getResponseHeader("X-Ashi-Token"); // signed in anew in another window
    const state = isGone ? "gone" : isOld ? await ask(true) : "";
    if (state === "here") again();
    else if (state === "gone" || state === "other") signInAgain(sent.elt, again);
  });

  // --- for scripts of single pages that use fetch: document.dispatchEvent(new CustomEvent("ashi:signed-out", {detail: again}))
  document.addEventListener("ashi:signed-out", (event) =>
    signInAgain(event.detail || "page", event.detail || (() => {})),
  );
})();
