// The patient's form: body chart, "none of these", letters left, signature. Saving is in intake-saving.js.
(() => {
  "use strict";

  // The elements of a page that was not started yet: a page may come without the browser loading anew.
  const fresh = (selector) =>
    [...document.querySelectorAll(`${selector}:not([data-started])`)].map((one) => {
      one.dataset.started = "1";
      return one;
    });

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
  const startCharts = () =>
    fresh("[data-body-chart]").forEach((chart) => {
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
  document.addEventListener(
    "change",
    (event) => {
      const box = event.target;
      if (box.type !== "checkbox" || !box.checked) return;
      const group = box.closest(".choices");
      if (!group) return;
      group.querySelectorAll("input[type=checkbox]").forEach((other) => {
        if (other !== box && (box.hasAttribute("data-alone") || other.hasAttribute("data-alone")))
          other.checked = false;
      });
    },
    true,
  );

  // --- letters left -----------------------------------------------------------------------------
  const count = (field) => {
    const place = document.getElementById(field.getAttribute("aria-describedby"));
    const left = Number(field.dataset.limit) - [...field.value.trim()].length;
    const wasOver = place.classList.contains("is-over");
    place.textContent =
      left < 0
        ? `${-left} ${left === -1 ? "letter" : "letters"} too many. All of it is kept; please shorten it before you send.`
        : `${left} ${left === 1 ? "letter" : "letters"} left.`;
    place.classList.toggle("is-over", left < 0);
    if (left < 0 !== wasOver) document.getElementById("announce").textContent = place.textContent;
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-limit]")) count(event.target);
    const answered = event.target.closest(".has-error"); // what is being put right is no longer shouted at
    if (!answered) return;
    answered.classList.remove("has-error");
    for (const one of answered.querySelectorAll(".field-error")) one.remove();
  });

  // --- a red flag message that has just come: go to it, once, unless somebody is writing ------
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
    const signature = fresh("[data-signature]")[0];
    if (!signature) return;
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
  };

  const start = () => {
    startCharts();
    startOnce();
    startSignature();
    fresh("[data-limit]").forEach(count);
    wasUrgent = Boolean(document.querySelector("#messages [data-urgent]"));
  };
  document.addEventListener("intake:page", start);
  start();
})();
