// @ts-check
// A photo of a letter is made small enough to send before it leaves the phone; the place where it was taken goes with that, too.
(() => {
  "use strict";
  const LONGEST = 2200; // pixels: small print on a page stays readable
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-letters]"));
  const input = form?.querySelector("input[type=file]");
  if (!form || !(input instanceof HTMLInputElement)) return;

  /** @param {File} file */
  const smaller = async (file) => {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((/** @type {(made: Blob | null) => void} */ done) => canvas.toBlob(done, "image/jpeg", 0.8));
  };

  /** @type {Promise<void> | null} */
  let working = null;
  const shrink = async () => {
    const file = input.files?.[0];
    if (!file?.type.startsWith("image/")) return;
    try {
      const made = await smaller(file);
      if (!made || (made.size >= file.size && file.type !== "image/heic")) return;
      const list = new DataTransfer();
      list.items.add(new File([made], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }));
      input.files = list.files;
    } catch {
      // a picture the browser cannot draw goes as it is: the clinic's side says what is wrong with it
    }
  };
  input.addEventListener("change", () => {
    const mine = shrink().finally(() => {
      if (working === mine) working = null;
    });
    working = mine;
  });
  form.addEventListener("submit", async (event) => {
    if (!working) return;
    event.preventDefault();
    await working;
    form.requestSubmit();
  });
})();
