// While somebody writes a workflow, what is wrong with it is shown after each pause. It asks the service, keeps nothing,
// and says nothing when the service does not answer: the button beside it does the same.
const PAUSE = 800;

const area = document.querySelector("[data-lint] textarea");
const place = document.querySelector("[data-faults]");
if (area && place) {
  let timer = 0;
  let asking = null;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });

  async function look() {
    asking?.abort();
    asking = new AbortController();
    const form = area.form;
    const body = new URLSearchParams({ source: area.value, csrf_token: form.elements.csrf_token.value });
    try {
      const answer = await fetch(area.closest("[data-lint]").dataset.lint, {
        method: "POST",
        body,
        credentials: "same-origin",
        signal: asking.signal,
      });
      if (answer.ok) {
        place.innerHTML = await answer.text();
      }
    } catch {
      // Without an answer the page stays as it is.
    }
  }
}
