// What makes the desk's pages easier; each page works without it. Attributes it reads: Docs/desk.md.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const person = document.body.dataset.person ?? "";
/** Forms with text that is not sent, and whether one is on its way. */
const unsaved = new Set();
let leaving = false;

/* Unsaved text is kept in this tab, under the person and the form. It is personal data: it is gone when it is saved, at
   sign-out in any tab, when somebody else signs in, and after half an hour. */
const drafts = {
    prefix: "draft:",
    minutes: 30,
    channel: new BroadcastChannel("desk"),
    key: (form) => `draft:${person}:${form.dataset.draft}`,
    fields: (form) => all("textarea, input[type=text]:not([data-check])", form).filter((field) => field.name),

    read(key) {
        try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
    },
    write(form) {
        const texts = drafts.fields(form).map((field) => [field.name, field.value]);
        try { sessionStorage.setItem(drafts.key(form), JSON.stringify({ at: Date.now(), texts })); } catch { /* full */ }
    },
    remove(form) {
        sessionStorage.removeItem(drafts.key(form));
        unsaved.delete(form);
    },
    /** Removes drafts that are too old, and those that `isGone` names; all, where it is not given. */
    sweep(isGone = () => true) {
        for (const key of Object.keys(sessionStorage).filter((key) => key.startsWith(drafts.prefix))) {
            const age = Date.now() - (drafts.read(key)?.at ?? 0);
            if (isGone(key) || age > drafts.minutes * 60_000) sessionStorage.removeItem(key);
        }
    },
    restore(form) {
        const draft = drafts.read(drafts.key(form));
        if (!draft || form.querySelector("[aria-invalid]")) return;
        const fields = drafts.fields(form);
        const written = fields.map((field) => field.value);
        const texts = new Map(draft.texts);
        for (const field of fields) field.value = texts.get(field.name) ?? field.value;
        if (fields.every((field, index) => field.value === written[index])) return;
        unsaved.add(form);
        const note = document.createElement("p");
        note.className = "restored";
        note.setAttribute("role", "status");
        const discard = document.createElement("button");
        Object.assign(discard, { type: "button", className: "as-link", textContent: form.dataset.discard });
        discard.addEventListener("click", () => {
            fields.forEach((field, index) => {
                field.value = written[index];
                field.dispatchEvent(new Event("input", { bubbles: true }));
            });
            drafts.remove(form);
            fields[0].focus();
            note.remove();
        });
        note.append(`${form.dataset.restored} `, discard);
        form.prepend(note);
    },
    start() {
        if (person) drafts.sweep((key) => !key.startsWith(`${drafts.prefix}${person}:`));
        else if (location.pathname === "/sign-out") drafts.sweep();
        else {
            // The session may only have expired: the same person signs in again and goes on.
            drafts.sweep(() => false);
            setTimeout(() => drafts.sweep(), drafts.minutes * 60_000);
        }
        drafts.channel.addEventListener("message", () => {
            leaving = true;
            drafts.sweep();
            location.replace("/sign-out");
        });
        for (const done of all("[data-saved]")) {
            sessionStorage.removeItem(`${drafts.prefix}${person}:${done.dataset.saved}`);
        }
        if (person) all("form[data-draft]").forEach(drafts.restore);
    },
};

/** Leaving a page asks where text is unsaved. */
function watchWriting() {
    document.addEventListener("input", (event) => {
        const form = event.target.closest("form[data-draft]");
        if (!form || !drafts.fields(form).includes(event.target)) return;
        unsaved.add(form);
        if (person) drafts.write(form);
    });
    window.addEventListener("beforeunload", (event) => {
        if (unsaved.size > 0 && !leaving) event.preventDefault();
    });
}

/** A form is sent once. */
function watchSending() {
    const sending = "button:not([type=button])";
    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (form.dataset.sent) return event.preventDefault();
        form.dataset.sent = "true";
        leaving = true;
        if (form.getAttribute("action") === "/sign-out") {
            drafts.sweep();
            drafts.channel.postMessage("signed out");
        }
        // Not `disabled`: the button's own value would not be sent.
        all(sending, form).forEach((it) => it.setAttribute("aria-disabled", "true"));
    });
    window.addEventListener("pageshow", (event) => {
        if (!event.persisted) return;
        leaving = false;
        for (const form of all("form[data-sent]")) {
            delete form.dataset.sent;
            all(sending, form).forEach((it) => it.removeAttribute("aria-disabled"));
        }
    });
}

/** How much room is left, told when a quarter or less is. Limits are bytes of UTF-8. */
function count(area) {
    const counter = document.getElementById(`${area.id}-counter`);
    const limit = Number(area.dataset.limit);
    let wait;
    const show = () => {
        const left = limit - new TextEncoder().encode(area.value).length;
        const words = left < 0 ? area.dataset.over : left <= limit / 4 ? area.dataset.left : "";
        counter.textContent = words.replace("{count}", Math.abs(left));
        counter.classList.toggle("over", left < 0);
    };
    counter.setAttribute("aria-live", "polite");
    area.addEventListener("input", () => {
        clearTimeout(wait);
        wait = setTimeout(show, 400);
    });
    show();
}

/** What is wrong with a personal or co-ordination number: "date" or "digits"; null where nothing is. */
export function numberFault(text, today = new Date()) {
    const match = /^(\d\d)?(\d\d)(\d\d)(\d\d)([-+]?)(\d{4})$/.exec(text.replaceAll(" ", ""));
    if (!match || (match[1] && match[5] === "+")) return "digits";
    const [, century, short, month, written, sign, last] = match;
    const day = written > 60 ? written - 60 : Number(written);
    let year = Number(century ? century + short : `${Math.trunc(today.getFullYear() / 100)}${short}`);
    if (!century && new Date(year, month - 1, day) > today) year -= 100;
    if (!century && sign === "+") year -= 100;
    const born = new Date(Date.UTC(2000, 0, 1));
    born.setUTCFullYear(year, month - 1, day);
    if (born.getUTCMonth() !== month - 1 || born.getUTCDate() !== day) return "date";
    const sum = [...short + month + written + last].reduce((sum, digit, index) => {
        const product = digit * (2 - index % 2);
        return sum + (product > 9 ? product - 9 : product);
    }, 0);
    return sum % 10 === 0 ? null : "digits";
}

function checkNumber(field) {
    const place = document.getElementById(`${field.id}-check`);
    const show = (isDone) => {
        const isShort = field.value.replace(/\D/g, "").length < 10;
        const fault = field.value === "" || (isShort && !isDone) ? undefined : numberFault(field.value);
        place.textContent = fault === undefined ? "" : fault ? field.dataset[fault] : field.dataset.right;
        place.className = `checked ${fault === undefined ? "" : fault ? "wrong" : "right"}`;
    };
    field.addEventListener("input", () => show(false));
    field.addEventListener("change", () => show(true));
}

/** Arrow keys go round the wheel's areas. */
function turnWheel(wheel) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    wheel.addEventListener("keydown", (event) => {
        const areas = all("input[type=checkbox], svg a", wheel);
        const here = areas.indexOf(event.target);
        if (here < 0 || !steps[event.key]) return;
        event.preventDefault();
        areas[(here + steps[event.key] + areas.length) % areas.length].focus();
    });
}

/* Server-sent events `change`, whose data is the newest version of what is shown. A hidden tab is not connected: a browser
   allows six connections. The first event after that says what was missed. */
function follow(element) {
    const [shortest, longest] = [2_000, 60_000];
    let [source, wait, timer] = [null, shortest];
    const close = () => {
        clearTimeout(timer);
        source?.close();
        source = null;
    };
    const connect = () => {
        close();
        source = new EventSource(element.dataset.live);
        source.addEventListener("open", () => { wait = shortest; });
        source.addEventListener("change", (event) => { if (event.data !== element.dataset.seen) tellNews(event.data); });
        source.addEventListener("error", () => {
            close();
            timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
            wait = Math.min(wait * 2, longest);
        });
    };
    const adjust = () => document.visibilityState === "visible" ? connect() : close();
    document.addEventListener("visibilitychange", adjust);
    window.addEventListener("pagehide", close);
    adjust();
}

/** Shows the page anew, once for a version, where nobody is in the middle of something; else a link. */
function tellNews(version) {
    const isBusy = document.querySelector(".error-summary, details[open], form[data-draft]")
        || !["BODY", "MAIN"].includes(document.activeElement?.tagName) || !getSelection().isCollapsed;
    const key = `shown:${location.pathname}`;
    if (!isBusy && sessionStorage.getItem(key) !== version) {
        sessionStorage.setItem(key, version);
        location.reload();
    } else all(".live-news").forEach((it) => { it.hidden = false; });
}

watchWriting();
watchSending();
all("textarea[data-limit]").forEach(count);
all("input[data-check=personal-number]").forEach(checkNumber);
all("[data-wheel]").forEach(turnWheel);
all("[data-live]").forEach(follow);
drafts.start();
