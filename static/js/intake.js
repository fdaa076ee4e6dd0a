// @ts-check
// The patient's form: body chart, "none of these", letters left, signature. Saving is in intake-saving.js.
(() => {
  "use strict";
  const { at, changed } = window.ashi;

  // The elements of a page not set up yet: a page may arrive without the browser reloading.
  const fresh = (/** @type {string} */ selector) => {
    const found = [...document.querySelectorAll(`${selector}:not([data-started])`)];
    for (const one of found) one.dataset.started = "1";
    return found;
  };
  /** @param {ParentNode} root @param {string} selector */
  const boxes = (root, selector) => /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll(selector));

  // --- body chart: touching a place ticks its box ---------------------------------------------
  // How it feels there is asked of each place marked, with a row made from the page's mould.
  const showFeeling = (/** @type {HTMLElement} */ chart, /** @type {HTMLInputElement} */ box) => {
    const row = chart.querySelector(`[data-feeling-of="${CSS.escape(box.value)}"]`);
    if (!box.checked) row?.remove();
    if (!box.checked || row) return;
    const mould = /** @type {HTMLTemplateElement | null} */ (chart.querySelector("template[data-feeling]"));
    const fresh = /** @type {DocumentFragment | undefined} */ (mould?.content.cloneNode(true));
    const made = fresh?.firstElementChild;
    if (!made) return;
    made.setAttribute("data-feeling-of", box.value);
    const name = made.querySelector("legend");
    if (name) name.textContent = box.parentElement?.textContent?.trim() ?? "";
    for (const kind of boxes(made, "input")) kind.value = box.value + kind.value;
    chart.querySelector("[data-feelings]")?.append(made);
  };
  const showMarked = (/** @type {HTMLElement} */ chart) => {
    const names = [];
    for (const box of boxes(chart, "[data-places] input")) {
      const shape = chart.querySelector(`[data-region="${CSS.escape(box.value)}"]`);
      shape?.classList.toggle("is-on", box.checked);
      showFeeling(chart, box);
      if (box.checked) names.push(box.parentElement?.textContent?.trim());
    }
    const words = chart.querySelector("[data-marked]");
    if (words)
      words.textContent = names.length
        ? `${window.ashi.wordsOf("marked")} ${names.join(" · ")}`
        : (words.dataset.nothing ?? "");
  };
  const startCharts = () => {
    for (const chart of fresh("[data-body-chart]")) {
      chart.querySelector("[data-places]")?.removeAttribute("open"); // the picture works: the list steps back
      showMarked(chart);
      chart.addEventListener("click", (event) => {
        const shape = at(event).closest("[data-region]")?.getAttribute("data-region");
        const [box] = shape ? boxes(chart, `input[type="checkbox"][value="${CSS.escape(shape)}"]`) : [];
        if (!box) return;
        box.checked = !box.checked;
        changed(box);
      });
      chart.addEventListener("change", (event) => {
        if (at(event).getAttribute("name") === "_view") event.stopPropagation();
        else showMarked(chart);
      });
    }
  };

  // --- "none of these" excludes the rest -----------------------------------------------------------
  document.addEventListener(
    "change",
    (event) => {
      const box = event.target;
      if (!(box instanceof HTMLInputElement) || box.type !== "checkbox" || !box.checked) return;
      const group = box.closest(".choices");
      if (!group) return;
      for (const other of boxes(group, "input[type=checkbox]")) {
        const isAlone = box.hasAttribute("data-alone") || other.hasAttribute("data-alone");
        if (other !== box && isAlone) other.checked = false;
      }
    },
    true,
  );

  // --- letters left -----------------------------------------------------------------------------
  const count = (/** @type {Element} */ one) => {
    const field = /** @type {HTMLTextAreaElement} */ (one);
    const place = document.getElementById(field.getAttribute("aria-describedby") ?? "");
    if (!place) return;
    const left = Number(field.dataset.limit) - [...field.value.trim()].length;
    const isOver = left < 0;
    const wasOver = place.classList.contains("is-over");
    const name = (isOver ? "over" : "left") + (Math.abs(left) === 1 ? "-one" : "");
    place.textContent = window.ashi.wordsOf(name).replace("{n}", String(Math.abs(left)));
    place.classList.toggle("is-over", isOver);
    if (isOver !== wasOver) window.ashi.say(place.textContent);
  };
  document.addEventListener("input", (event) => {
    if (at(event).matches("[data-limit]")) count(at(event));
    const answered = at(event).closest(".has-error"); // what is being put right is no longer shouted at
    if (!answered) return;
    answered.classList.remove("has-error");
    for (const one of answered.querySelectorAll(".field-error")) one.remove();
  });

  // --- a new red flag message: go to it, once, unless someone is writing ------
  let wasUrgent = false;
  document.addEventListener("intake:messages", () => {
    const urgent = document.querySelector("#messages [data-urgent]");
    const isTold = document.querySelector("[data-alarm]:not([hidden])"); // the same words stand at the answer already
    if (urgent && !wasUrgent && !isTold) {
      urgent.scrollIntoView({ block: "start" });
      if (document.activeElement?.tagName !== "TEXTAREA") urgent.focus();
    }
    wasUrgent = Boolean(urgent);
  });

  // --- send once ------------------------------------------------------------------------------
  const startOnce = () => {
    for (const once of fresh("[data-once]")) {
      once.addEventListener("submit", (event) => {
        if (once.dataset.sent) event.preventDefault();
        once.dataset.sent = "1";
      });
    }
  };
  window.addEventListener("pageshow", () => {
    for (const one of document.querySelectorAll(".is-busy")) one.classList.remove("is-busy");
    for (const once of document.querySelectorAll("[data-once]")) delete once.dataset.sent;
  });

  // --- signature ------------------------------------------------------------------------------
  const startSignature = () => {
    if (!window.SignaturePad) return; // its script is still on the way
    const [signature] = fresh("[data-signature]");
    const canvas = signature?.querySelector("canvas");
    if (!canvas) return;
    signature.hidden = false;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d")?.scale(ratio, ratio);
    const pad = new window.SignaturePad(canvas, { penColor: "#1c2b4a" });
    signature.querySelector("[data-clear]")?.addEventListener("click", () => pad.clear());
    document.querySelector("[data-consent]")?.addEventListener("submit", () => {
      const field = /** @type {HTMLInputElement} */ (document.getElementById("id_signature"));
      field.value = pad.isEmpty() ? "" : canvas.toDataURL("image/png");
    });
  };

  const start = () => {
    startCharts();
    startOnce();
    startSignature();
    for (const field of fresh("[data-limit]")) count(field);
    wasUrgent = Boolean(document.querySelector("#messages [data-urgent]"));
  };
  document.addEventListener("intake:page", start);
  start();
})();
