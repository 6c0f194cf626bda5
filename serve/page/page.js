"use strict";

// The page shows one source. What is seen comes as a picture in which it is
// drawn already; figures and events come by /events.

const $ = (id) => document.getElementById(id);
const maxEvents = 60;
let chosen = decodeURIComponent(location.hash.slice(1));
let streaming = ""; // the address that the picture comes from
let aspect = "";

// el makes an element. Text is never markup.
function el(tag, text, name) {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (name) e.className = name;
  return e;
}

function number(v, digits = 0) {
  return v.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

// brief writes ms with as many digits as mean something.
const brief = (v) => number(v, v < 10 ? 1 : 0);

function duration(s) {
  if (s < 60) return number(s) + " s";
  if (s < 3600) return number(Math.floor(s / 60)) + " min";
  return number(Math.floor(s / 3600)) + " h " + number(Math.floor((s % 3600) / 60)) + " min";
}

function stream(source) {
  const wanted = source && !document.hidden ? "/live/" + encodeURIComponent(source.name) + ".mjpeg" : "";
  if (wanted === streaming) return;
  streaming = wanted;
  const img = $("live");
  img.hidden = true;
  if (wanted) img.src = wanted;
  else img.removeAttribute("src"); // nothing is encoded that nobody sees
}

$("live").addEventListener("error", () => {
  const gone = streaming;
  setTimeout(() => { if (streaming === gone) streaming = ""; }, 2000);
});

function choose(name) {
  chosen = name;
  history.replaceState(null, "", "#" + encodeURIComponent(name));
  if (last) show(last);
}

let last = null;

function show(s) {
  last = s;
  const source = s.sources.find((x) => x.name === chosen) || s.sources[0];
  $("health").className = "health " + (s.healthy ? "good" : "bad");
  $("health").textContent = s.healthy ? "running for " + duration(s.seconds) : s.problem;
  showSources(s.sources, source);
  showOutputs(s.outputs);
  showFoot(s);
  stream(source);
  if (!source) return;
  document.title = source.name + " · Ocellus";
  if (source.width && aspect !== source.width + " / " + source.height) {
    aspect = source.width + " / " + source.height;
    $("frame").style.aspectRatio = aspect;
  }
  showNotice(source);
  showFacts(source);
  showTracks(source);
  showStages(source);
  showFrames(source);
}

function showSources(all, source) {
  const nav = $("sources");
  nav.hidden = all.length < 2;
  if (nav.children.length !== all.length) {
    nav.replaceChildren(...all.map((s) => {
      const b = el("button", s.name);
      b.type = "button";
      b.addEventListener("click", () => choose(s.name));
      return b;
    }));
  }
  all.forEach((s, i) => {
    nav.children[i].setAttribute("aria-pressed", String(s === source));
    nav.children[i].className = s.live ? "" : "down";
  });
}

function showNotice(s) {
  // Browsers differ in whether a stream of pictures ever counts as loaded.
  $("live").hidden = !streaming || $("live").naturalWidth === 0 || s.state === "down" || s.state === "over";
  let text = "";
  if (s.state === "down") text = s.detail || "The source is down: " + s.reason;
  else if (s.state === "over") text = "The source is at its end.";
  else if (!s.live) text = s.width ? "No frames come." : "Waiting for the first picture …";
  else if ($("live").hidden) text = "Waiting for a picture …";
  else if (s.reason !== "ok") text = "The picture is " + s.reason + ".";
  $("notice").textContent = text;
  $("notice").hidden = text === "";
}

function showFacts(s) {
  const dropped = s.dropped.source + s.dropped.replaced + s.dropped.late + s.dropped.failed;
  const facts = [
    ["frames / s", number(s.fps, 1)],
    ["age now", brief(s.age_ms.last) + " ms"],
    ["age p50", brief(s.age_ms.p50) + " ms"],
    ["age p99", brief(s.age_ms.p99) + " ms"],
    ["in the picture", number(s.tracks.length)],
    ["left out", number(dropped)],
  ];
  const list = $("facts");
  if (list.children.length !== facts.length) {
    list.replaceChildren(...facts.map(([name]) => {
      const d = el("div");
      d.append(el("dt", name), el("dd"));
      return d;
    }));
  }
  facts.forEach(([, value], i) => { list.children[i].lastChild.textContent = value; });
}

function showTracks(s) {
  const rows = s.tracks.filter((t) => !t.missed).map((t) => {
    const li = el("li");
    const what = el("span", t.name || t.label, "what");
    what.append(el("small", " " + number(t.name ? t.similarity : t.score, 2)));
    li.append(el("span", "#" + t.track, "quiet"), what, el("span", duration(t.seconds), "quiet"));
    return li;
  });
  if (rows.length === 0) rows.push(el("li", "Nothing is seen.", "none"));
  $("tracks").replaceChildren(...rows.slice(0, 30));
}

function showStages(s) {
  const most = Math.max(0.001, ...(s.stages || []).map((x) => x.mean_ms));
  $("stages").tBodies[0].replaceChildren(...(s.stages || []).map((x) => {
    const tr = el("tr");
    const name = el("td", x.stage);
    const bar = el("meter");
    bar.max = most;
    bar.value = x.mean_ms;
    bar.setAttribute("aria-hidden", "true");
    name.append(bar);
    tr.append(name, el("td", number(x.mean_ms, 2), "n"), el("td", number(x.p99_ms, 2), "n"));
    return tr;
  }));
}

function showFrames(s) {
  const rows = [
    ["captured", s.captured], ["searched", s.processed], ["not searched, since nothing moved", s.gated],
    ["left out for newer ones", s.dropped.replaced], ["lost before they came", s.dropped.source],
    ["left out as too late", s.dropped.late], ["done too late", s.deadline_missed], ["unreadable", s.dropped.failed],
    ["source opened anew", s.reopened], ["events", s.events],
  ];
  $("frames").replaceChildren(...rows.map(([name, v]) => {
    const tr = el("tr");
    const th = el("th", name);
    th.scope = "row";
    tr.append(th, el("td", number(v), "n"));
    return tr;
  }));
}

function showOutputs(all) {
  $("outputs").hidden = all.length === 0;
  $("outputs").querySelector("tbody").replaceChildren(...all.map((o) => {
    const tr = el("tr");
    const name = el("td", o.name);
    if (o.problem) name.append(el("div", o.problem, "bad"));
    tr.append(name, el("td", number(o.written), "n"), el("td", number(o.dropped), "n"), el("td", number(o.failed), "n" + (o.failed ? " bad" : "")));
    return tr;
  }));
}

function showFoot(s) {
  const parts = (s.models || []).map((m) => m.name + (m.precision ? ", " + m.precision : "") + (m.sha256 ? ", " + m.sha256.slice(0, 12) : ""));
  if (s.device.cpu_celsius !== undefined) parts.push(number(s.device.cpu_celsius, 1) + " °C");
  if (s.device.throttled) parts.push("the processor is throttled");
  parts.push("ocellus " + s.version);
  $("foot").textContent = parts.join(" · ");
}

// words tells an event to a person.
function words(e) {
  const who = e.identity ? e.identity.name : e.detection ? e.detection.label : "";
  const tag = e.track ? " #" + e.track : "";
  const time = e.duration_ms ? duration(e.duration_ms / 1000) : "";
  switch (e.type) {
    case "enter": return [who + tag, "came"];
    case "leave": return [who + tag, "left after " + time];
    case "update": return [who + tag, "is still there"];
    case "found": return [who, "found"];
    case "zone_enter": return [who + tag, "came into " + e.zone];
    case "zone_leave": return [who + tag, "left " + e.zone + " after " + time];
    case "zone_dwell": return [who + tag, "in " + e.zone + " for " + time];
    case "line": return [who + tag, "crossed " + e.zone + ", " + e.direction];
    case "identity": return [who + tag, e.identity && e.identity.name === "unknown" ? "nobody who is known" : "recognised"];
    case "state": return [e.source, e.state + (e.reason && e.reason !== "ok" ? ": " + e.reason : "")];
  }
  return [e.type, ""];
}

function happened(e) {
  const li = el("li");
  const at = new Date(e.time);
  const time = el("time", at.toLocaleTimeString("en-GB"));
  time.dateTime = e.time;
  const [who, did] = words(e);
  const what = el("span", who, "what");
  what.append(el("small", " " + did));
  li.append(time, what, el("span", last && last.sources.length > 1 ? e.source : brief(e.age_ms) + " ms", "quiet"));
  add(li);
}

function add(li) {
  const list = $("events");
  list.prepend(li);
  while (list.children.length > maxEvents) list.lastChild.remove();
}

const source = new EventSource("/events");
source.addEventListener("state", (m) => { const s = JSON.parse(m.data); if (s) show(s); });
source.addEventListener("event", (m) => happened(JSON.parse(m.data)));
source.addEventListener("missed", (m) => add(el("li", m.data + " events were missed", "none")));
source.addEventListener("error", () => {
  $("health").className = "health bad";
  $("health").textContent = "No connection; trying again …";
  streaming = "";
  $("live").hidden = true;
});
document.addEventListener("visibilitychange", () => { if (last) show(last); });
