// A list that looks again by itself. It asks for its own address, gets only the parts that change, and puts them in
// place quietly: ticked boxes and the place of the keyboard stay, and a screen reader hears only of changes. It rests
// while boxes are ticked or the window is out of sight, and stops, saying so, when it is answered with anything odd.
// Such asking does not keep anybody signed in.
const MOST_FAILURES = 3;
const PATIENCE = 15000;

const root = document.querySelector("[data-live]");
if (root) {
  watch(root);
}

function watch(root) {
  const every = Number(root.dataset.liveSeconds) * 1000;
  let tag = root.dataset.liveTag;
  let failures = 0;
  let stopped = false;
  let asking = false;
  let timer = 0;

  const say = (words) => {
    const place = root.querySelector("[data-live-said]");
    if (place.textContent !== words) {
      place.textContent = words;
    }
  };
  const tell = (words) => {
    root.querySelector("[data-live-told]").textContent = words;
  };
  const plan = () => {
    clearTimeout(timer);
    if (!stopped) {
      timer = setTimeout(look, every);
    }
  };
  const stop = (words) => {
    stopped = true;
    clearTimeout(timer);
    say(words);
    tell(words);
  };
  const failed = () => {
    failures += 1;
    if (failures >= MOST_FAILURES) {
      stop("This page no longer updates by itself, because the service did not answer.");
    }
  };

  async function look() {
    if (stopped || asking || document.hidden) {
      return;
    }
    if (anyTicked()) {
      say("This list stays as it is while requests are ticked.");
      plan();
      return;
    }
    asking = true;
    try {
      await take(await ask(tag));
    } catch {
      failed();
    }
    asking = false;
    plan();
  }

  async function take(answer) {
    if (answer.type === "opaqueredirect") {
      stop("You have been signed out, so this page no longer updates.");
      return;
    }
    const at = answer.headers.get("X-Shown-At");
    if (answer.status === 304) {
      failures = 0;
      say(`As of ${at}.`);
      return;
    }
    if (answer.status >= 500 || answer.status === 429) {
      failed();
      return;
    }
    if (!answer.ok || !at) {
      stop("This page no longer updates by itself.");
      return;
    }
    const body = await answer.text();
    failures = 0;
    if (anyTicked()) {
      return;
    }
    tag = (answer.headers.get("ETag") || "").replace(/^W\//, "").replaceAll('"', "");
    place(body);
    say(`As of ${at}.`);
    tell(`This list has changed. Updated ${at}.`);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
  plan();
}

function ask(tag) {
  return fetch(location.href, {
    headers: { "X-Look-Again": "1", "If-None-Match": `"${tag}"` },
    redirect: "manual",
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE),
  });
}

function anyTicked() {
  return document.querySelector('[data-live-part] input[type="checkbox"]:checked') !== null;
}

// Put each part in its place; whatever had the keyboard's focus gets it back, or else the part it stood in.
function place(body) {
  const fresh = new DOMParser().parseFromString(body, "text/html");
  for (const part of fresh.querySelectorAll("[data-live-part]")) {
    const old = document.querySelector(`[data-live-part="${CSS.escape(part.dataset.livePart)}"]`);
    if (!old || old.innerHTML === part.innerHTML) {
      continue;
    }
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceChildren(...part.childNodes);
    if (focused && focused !== old) {
      (same(old, focused) || old).focus({ preventScroll: true });
    }
  }
}

function same(part, element) {
  if (element.id) {
    return part.querySelector(`#${CSS.escape(element.id)}`);
  }
  const href = element.getAttribute("href");
  if (href) {
    return part.querySelector(`a[href="${CSS.escape(href)}"]`);
  }
  const value = element.getAttribute("value");
  return value ? part.querySelector(`button[value="${CSS.escape(value)}"]`) : null;
}
