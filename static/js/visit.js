// The visit page: the time of this minute, all safety questions no, revision after an autosave, printing.
(() => {
  "use strict";
  const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

  document.querySelectorAll("[data-now]").forEach((button) => {
    // the clinic's clock, not this device's, which may stand in another zone or be wrong
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.now);
      const told = button.parentElement.querySelector(".field-error");
      if (told) told.remove();
      try {
        const answer = await fetch(button.dataset.clock, { cache: "no-store", redirect: "error" });
        if (!answer.ok) throw new Error(String(answer.status));
        field.value = (await answer.json()).time;
        changed(field);
      } catch {
        const words = document.createElement("span");
        words.className = "field-error";
        words.setAttribute("role", "alert");
        words.textContent = "The clinic's clock does not answer: type the time.";
        button.after(words);
        field.focus();
      }
    });
  });

  document.querySelectorAll("[data-all-no]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const answers = [...button.closest("fieldset").querySelectorAll('input[type="radio"]')];
      const answered = new Set(answers.filter((radio) => radio.checked).map((radio) => radio.name));
      // what is known otherwise waits for an answer of its own
      const open = answers.filter(
        (radio) => radio.value === "no" && !answered.has(radio.name) && !radio.closest("[data-known]"),
      );
      open.forEach((radio) => {
        radio.checked = true;
      });
      if (open.length) changed(open[open.length - 1]);
    });
  });

  // Small forms outside the big one speak of the same revision: keep them in step after an autosave.
  // A stop that has just come up goes before the eyes: the answer that raised it may stand far below.
  const stopped = () => document.querySelector("#visit-stop .stop");
  let wasStopped = Boolean(stopped());
  document.body.addEventListener("htmx:afterSettle", () => {
    const stop = stopped();
    if (stop && !wasStopped) {
      stop.scrollIntoView({ block: "center" });
      stop.focus({ preventScroll: true });
    }
    wasStopped = Boolean(stop);
  });
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    const revision = document.getElementById("visit-revision");
    if (revision)
      document.querySelectorAll(".follows-revision").forEach((field) => {
        field.value = revision.value;
      });
  });

  // What a colleague saved meanwhile is put into the fields that were left alone here.
  const put = (name, was, now) => {
    document.getElementsByName(name).forEach((field) => {
      if (field.type === "radio") {
        if (field.value === now || !now) field.checked = Boolean(now);
      } else if (field.value.trim() === was) field.value = now;
    });
  };
  document.body.addEventListener("htmx:afterSwap", () => {
    const told = document.querySelector("#visit-saved [data-changes]");
    if (!told) return;
    for (const [name, [was, now]] of Object.entries(JSON.parse(told.dataset.changes))) put(name, was, now);
    told.remove();
  });

  // A pressed button sends the whole form itself: no autosave beside it, and no autosave to the button's address.
  const form = document.getElementById("visit-form");
  if (form) {
    let leaving = false;
    form.addEventListener("submit", () => {
      leaving = true;
    });
    window.addEventListener("pageshow", () => {
      leaving = false;
    });
    form.addEventListener("htmx:configRequest", (event) => {
      if (event.target !== form) return;
      if (leaving) {
        event.preventDefault();
        return;
      }
      event.detail.path = form.getAttribute("hx-post");
    });
  }

  // One of two values chosen: saved at once. The choice stands outside the form, so the form is told.
  document.addEventListener("change", (event) => {
    if (form && event.target.matches("[data-pick]")) changed(form);
  });

  const saved = document.getElementById("visit-saved");
  const failed = () => {
    if (!saved) return;
    saved.innerHTML = "";
    const words = document.createElement("span");
    words.className = "saved";
    words.dataset.state = "failed";
    words.textContent = "Not saved. Your text is still here; trying again in 10 seconds.";
    saved.append(words);
    window.setTimeout(() => {
      if (form) changed(form);
    }, 10000);
  };
  document.body.addEventListener("htmx:sendError", failed);
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) failed();
  });
})();
