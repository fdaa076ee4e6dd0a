// The patient's form: body chart, "none of these", saving that says when it fails and tries again, signature.
// Nothing is kept in the browser: what is not saved yet is only on the screen.
(() => {
  "use strict";

  // --- body chart: touching a place ticks its box ---------------------------------------------
  const boxOf = (chart, id) => chart.querySelector(`input[type="checkbox"][value="${CSS.escape(id)}"]`);
  const showMarked = (chart) => {
    const names = [];
    chart.querySelectorAll("[data-places] input").forEach((box) => {
      const shape = chart.querySelector(`[data-region="${CSS.escape(box.value)}"]`);
      if (shape) shape.classList.toggle("is-on", box.checked);
      if (box.checked) names.push(box.parentElement.textContent.trim());
    });
    const words = chart.querySelector("[data-marked]");
    words.textContent = names.length ? `Marked: ${names.join(" · ")}` : words.dataset.nothing;
  };
  document.querySelectorAll("[data-body-chart]").forEach((chart) => {
    chart.querySelector("[data-places]").open = false; // the picture works: the list steps back
    showMarked(chart);
    chart.addEventListener("click", (event) => {
      const shape = event.target.closest("[data-region]");
      const box = shape && boxOf(chart, shape.dataset.region);
      if (!box) return;
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
    chart.addEventListener("change", (event) => {
      if (event.target.name === "_view") event.stopPropagation();
      else showMarked(chart);
    });
  });

  // --- "none of these" stands alone -----------------------------------------------------------
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type !== "checkbox" || !box.checked) return;
    const group = box.closest(".choices");
    if (!group) return;
    group.querySelectorAll("input[type=checkbox]").forEach((other) => {
      if (other !== box && (box.hasAttribute("data-alone") || other.hasAttribute("data-alone"))) other.checked = false;
    });
  }, true);

  // --- saving ---------------------------------------------------------------------------------
  const form = document.querySelector("[data-answers]");
  if (form) {
    let unsaved = false, failures = 0, timer = 0, leaving = false, stopped = false;
    const say = (words, state) => {
      const place = document.getElementById("saved");
      if (place) { place.textContent = words; place.dataset.state = state; }
    };
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(() => htmx.trigger(form, "save-now"), Math.min(30000, 2000 * 2 ** failures));
    };
    const failed = () => {
      failures += 1; leaving = false;
      say("Not saved yet. What you wrote is still here; we keep trying.", "failed");
      again();
    };
    form.addEventListener("input", (event) => {
      unsaved = true;
      const answered = event.target.closest(".has-error"); // what is being put right is no longer shouted at
      if (answered) { answered.classList.remove("has-error"); answered.querySelectorAll(".field-error").forEach((one) => one.remove()); }
    });
    form.addEventListener("htmx:beforeRequest", () => { unsaved = false; if (!failures) say("Saving …", "saving"); });
    form.addEventListener("htmx:sendError", () => { unsaved = true; failed(); });
    form.addEventListener("htmx:timeout", () => { unsaved = true; failed(); });
    form.addEventListener("htmx:responseError", (event) => {
      unsaved = true;
      if (event.detail.xhr.status === 410 || event.detail.xhr.status === 404) window.location.assign("/i/");
      else failed();
    });
    form.addEventListener("htmx:afterOnLoad", (event) => {
      if (event.detail.xhr?.getResponseHeader("X-Ashi-Stop")) { // not this browser's form any more: Next tells more
        clearTimeout(timer); stopped = true; failures = 0;
        if (leaving) form.submit();
      }
      if (!event.detail.xhr || event.detail.xhr.status >= 400) return;
      failures = 0; clearTimeout(timer);
      if (leaving && !unsaved) { leaving = false; form.querySelector(".onward .btn-primary")?.classList.add("is-busy"); form.submit(); }
    });
    form.addEventListener("submit", (event) => {
      if (stopped || (!unsaved && !failures)) { form.querySelector(".onward .btn-primary")?.classList.add("is-busy"); return; } // all is saved: the plain way
      event.preventDefault();
      leaving = true;
      htmx.trigger(form, "save-now");
    });
    window.addEventListener("online", () => { if (failures) htmx.trigger(form, "save-now"); });
    window.addEventListener("beforeunload", (event) => { if (failures) event.preventDefault(); });
  }

  // --- a red flag message that has just come: go to it, once, unless somebody is writing ------
  let wasUrgent = Boolean(document.querySelector("[data-urgent]"));
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    const urgent = document.querySelector("[data-urgent]");
    if (urgent && !wasUrgent) {
      urgent.scrollIntoView({ block: "start" });
      if (document.activeElement?.tagName !== "TEXTAREA") urgent.focus();
    }
    wasUrgent = Boolean(urgent);
  });

  // --- send once ------------------------------------------------------------------------------
  document.querySelectorAll("[data-once]").forEach((once) => once.addEventListener("submit", (event) => {
    if (once.dataset.sent) event.preventDefault();
    once.dataset.sent = "1";
  }));
  window.addEventListener("pageshow", () => document.querySelectorAll(".is-busy").forEach((one) => one.classList.remove("is-busy")));
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-once]").forEach((once) => delete once.dataset.sent));

  // --- signature ------------------------------------------------------------------------------
  const signature = document.querySelector("[data-signature]");
  if (signature && window.SignaturePad) {
    signature.hidden = false;
    const canvas = signature.querySelector("canvas");
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    const pad = new SignaturePad(canvas, { penColor: "#1c2b4a" });
    signature.querySelector("[data-clear]").addEventListener("click", () => pad.clear());
    document.querySelector("[data-consent]").addEventListener("submit", () => {
      document.getElementById("id_signature").value = pad.isEmpty() ? "" : canvas.toDataURL("image/png");
    });
  }
})();
