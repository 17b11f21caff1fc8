// Fills the pages in and keeps them up to date. Text is only ever set as text, so nothing in the data can become markup.

const body = document.body;
const root = body.dataset.root;
const byId = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const number = new Intl.NumberFormat("en");
const dayText = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const momentText = new Intl.DateTimeFormat("en", {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC",
});

const POLL_MS = 1000;
const POLL_WATCHING_MS = 120; // just after a play, when a badge may arrive at any moment
const POLL_QUIET_MS = 5000;
const WATCH_MS = 6000;
const QUIET_AFTER_MS = 120000;
const TOAST_MS = 7000;
const LUCK = 10000;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function icon(id, className = "icon") {
  return drawing("svg", { class: className, viewBox: "0 0 24 24", "aria-hidden": "true" }, drawing("use", { href: `#${id}` }));
}

const count = (amount, one, many = `${one}s`) => `${number.format(amount)} ${amount === 1 ? one : many}`;
const moment = (playedAt) => new Date(playedAt.split("#")[0]);

/* Polling: about once a second, at once when the page is shown again, not at all while it is hidden. */

class Feed {
  constructor(address, show) {
    this.address = address;
    this.show = show;
    this.tag = null;
    this.timer = 0;
    this.watchUntil = 0;
    this.changedAt = performance.now();
    this.asking = false;
    document.addEventListener("visibilitychange", () => this.wake());
    this.ask();
  }

  wake() {
    clearTimeout(this.timer);
    if (document.hidden) state("paused");
    else this.ask();
  }

  watch() {
    this.watchUntil = performance.now() + WATCH_MS;
    this.changedAt = performance.now();
    this.wake();
  }

  async ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      // "no-store": the tag is kept here, so that an unchanged page costs a 304 and nothing is drawn again.
      const answer = await fetch(this.address, { cache: "no-store", headers: this.tag ? { "If-None-Match": this.tag } : {} });
      if (answer.status === 200) {
        this.tag = answer.headers.get("etag");
        this.changedAt = performance.now();
        this.show(await answer.json());
      } else if (answer.status !== 304) throw new Error(`status ${answer.status}`);
      state("live");
    } catch (error) {
      console.warn(error);
      state("offline");
    } finally {
      this.asking = false;
    }
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.ask(), this.pause());
  }

  pause() {
    const now = performance.now();
    if (now < this.watchUntil) return POLL_WATCHING_MS;
    return now - this.changedAt > QUIET_AFTER_MS ? POLL_QUIET_MS : POLL_MS;
  }
}

const STATES = { live: "live", paused: "paused", offline: "no answer; trying again" };

function state(name) {
  if (byId("live").dataset.state === name) return;
  byId("live").dataset.state = name;
  byId("live-text").textContent = STATES[name];
}

/* Medals */

function medal(badge, arriving = false) {
  const art = drawing("svg", { class: `medal kind-${badge.kind}${arriving ? " arriving" : ""}`, viewBox: "0 0 100 116", "aria-hidden": "true" });
  art.append(drawing("use", { href: "#medal" }));
  const symbol = badge.kind === "first-play" && badge.game ? badge.game : badge.kind;
  art.append(drawing("use", { class: "emblem", href: `#${symbol}`, x: 30, y: 26, width: 40, height: 40 }));
  return art;
}

function blank(badge) {
  const art = drawing("svg", { class: `blank kind-${badge.kind}`, viewBox: "0 0 100 100", "aria-hidden": "true" });
  art.append(drawing("use", { href: "#blank" }));
  const done = Math.round((100 * badge.have) / badge.need);
  if (done) {
    art.append(drawing("circle", { class: "progress", cx: 50, cy: 50, r: 43, pathLength: 100, "stroke-dasharray": `${done} 100`, transform: "rotate(-90 50 50)" }));
  }
  const symbol = badge.kind === "first-play" && badge.game ? badge.game : badge.kind;
  art.append(drawing("use", { class: "emblem", href: `#${symbol}`, x: 31, y: 31, width: 38, height: 38 }));
  return art;
}

/* A player's page */

class PlayerPage {
  constructor(player) {
    this.player = player;
    this.known = null; // the ids of the badges shown so far
    this.playedAt = 0;
    this.chosen = "comet-run";
    const initials = player.split("-").map((part) => part[0] ?? "").join("").slice(0, 2);
    byId("avatar").textContent = initials.toUpperCase();
    byId("avatar").classList.add(`tone-${[...player].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6}`);
    byId("round").addEventListener("submit", (event) => this.play(event));
    this.feed = new Feed(`./${player}.json`, (data) => this.show(data));
  }

  show(data) {
    const arrived = data.badges.filter((badge) => this.known && !this.known.has(badge.badge));
    this.known = new Set(data.badges.map((badge) => badge.badge));
    this.showHero(data);
    this.showBadges(data, new Set(arrived.map((badge) => badge.badge)));
    this.showChoices(data.games);
    byId("history").hidden = data.totals.plays === 0;
    showPlays(data);
    for (const badge of arrived) this.announce(badge);
  }

  showHero({ totals, badges }) {
    const newest = badges.at(-1);
    byId("summary").textContent = newest
      ? `Newest badge: ${newest.title}${newest.game_title ? `, ${newest.game_title}` : ""}.`
      : "No badges yet: play the first round.";
    const tiles = [["Badges", totals.badges], ["Plays", totals.plays], ["Days played", totals.days], ["Days in a row, at best", totals.longest_row]];
    byId("tiles").replaceChildren(
      ...tiles.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, number.format(value)))),
    );
  }

  showBadges(data, arrived) {
    byId("badges").replaceChildren(
      ...data.badges.toReversed().map((badge) =>
        element("li", { title: badge.text },
          medal(badge, arrived.has(badge.badge)),
          element("strong", {}, badge.title),
          element("span", { class: "quiet" }, badge.game_title ?? badge.text),
          element("time", { class: "quiet small", datetime: badge.earned_by.split("#")[0] }, dayText.format(moment(badge.earned_by))),
        ),
      ),
    );
    byId("badges-empty").hidden = data.badges.length > 0;
    byId("next-title").hidden = data.next.length === 0;
    byId("next").replaceChildren(
      ...data.next.map((badge) =>
        element("li", {},
          blank(badge),
          element("div", {},
            element("strong", {}, badge.title),
            element("span", { class: "quiet" }, badge.text),
            element("span", { class: "small quiet" }, badge.have >= badge.need ? "earned, on its way" : badge.need === 1 ? "one play away" : `${badge.have} of ${badge.need}`),
          ),
        ),
      ),
    );
  }

  showChoices(games) {
    if (byId("choices").childElementCount) return;
    byId("choices").replaceChildren(
      ...games.map((game) => {
        const input = element("input", { type: "radio", name: "game", value: game.game, checked: game.game === this.chosen });
        return element("label", { class: `choice game-${game.game}` }, input, icon(game.game), element("span", {}, game.title));
      }),
    );
  }

  async play(event) {
    event.preventDefault();
    const form = new FormData(byId("round"));
    const given = form.get("score");
    const score = given === "" ? Math.floor(LUCK * Math.random() ** 1.5) : Number(given);
    byId("play").disabled = true;
    try {
      const started = performance.now();
      const answer = await fetch(`${root}plays`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ player: this.player, game: form.get("game"), score }),
      });
      const play = await answer.json();
      if (!answer.ok) throw new Error([play.message, ...Object.entries(play.errors ?? {}).map(([name, text]) => `${name} ${text}.`)].join(" "));
      this.playedAt = performance.now();
      const title = document.querySelector("#choices input:checked + svg + span").textContent;
      byId("round-result").textContent = `${title}: ${count(play.score, "point")}. Stored within ${Math.round(this.playedAt - started)} ms.`;
      this.feed.watch();
    } catch (error) {
      byId("round-result").textContent = `That did not work: ${error.message}`;
    } finally {
      byId("play").disabled = false;
      byId("play").focus();
    }
  }

  announce(badge) {
    const after = performance.now() - this.playedAt;
    const when = this.playedAt && after < WATCH_MS ? `Here ${number.format(Math.round(after))} ms after the play was stored.` : "It arrived just now.";
    const toast = element("div", { class: "toast" }, medal(badge),
      element("div", {}, element("strong", {}, `${badge.title}${badge.game_title ? `: ${badge.game_title}` : ""}`), element("span", {}, when)));
    byId("toasts").append(toast);
    setTimeout(() => toast.remove(), TOAST_MS);
  }
}

function showPlays({ plays, days, games, totals }) {
  byId("plays-shown").textContent = plays.length < totals.plays
    ? `the last ${plays.length} of ${number.format(totals.plays)}`
    : count(totals.plays, "play");
  if (plays.length) byId("chart").replaceChildren(chart(plays, games), legend(plays, games));
  const most = Math.max(1, ...days.map((day) => day.plays));
  byId("days").replaceChildren(
    ...days.map(({ day, plays: played }) => {
      const text = `${dayText.format(new Date(day))}: ${count(played, "play")}`;
      const level = played ? 1 + Math.ceil((3 * played) / most) : 0;
      return element("li", { class: `level-${level}`, title: text }, element("span", { class: "unseen" }, text));
    }),
  );
  if (days.length) byId("days-shown").textContent = `${dayText.format(new Date(days[0].day))} to ${dayText.format(new Date(days.at(-1).day))}, a square for each day.`;
  byId("games").replaceChildren(
    ...games.filter((game) => game.plays).map((game) =>
      element("tr", { class: `game-${game.game}` },
        element("th", { scope: "row" }, element("span", { class: "named" }, icon(game.game), game.title)),
        ...[game.plays, game.best, game.last].map((value) => element("td", {}, number.format(value))),
      ),
    ),
  );
}

function chart(plays, games) {
  const width = matchMedia("(max-width: 40rem)").matches ? 400 : 800; // as wide as it is shown, so that its text is legible
  const [height, left, bottom, top] = [220, 52, 26, 10];
  const titles = Object.fromEntries(games.map((game) => [game.game, game.title]));
  const best = Math.max(10, ...plays.map((play) => play.score));
  const unit = 10 ** Math.floor(Math.log10(best));
  const step = [0.2, 0.5, 1, 2].map((part) => part * unit).find((part) => best / part <= 5) ?? 5 * unit;
  const high = Math.ceil(best / step) * step;
  const x = (index) => left + ((index + 0.5) * (width - left - 8)) / plays.length;
  const y = (score) => top + (1 - score / high) * (height - top - bottom);
  const made = drawing("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Scores of the last ${count(plays.length, "play")}, by game. The table below has each game's numbers.` });
  for (let score = 0; score <= high; score += step) {
    made.append(drawing("line", { class: "grid", x1: left, x2: width, y1: y(score), y2: y(score) }));
    made.append(drawing("text", { class: "axis", x: left - 8, y: y(score) + 4, "text-anchor": "end" }, number.format(score)));
  }
  for (const [index, anchor] of [[0, "start"], [plays.length - 1, "end"]]) {
    if (index === 0 || plays.length > 3) {
      made.append(drawing("text", { class: "axis", x: x(index), y: height - 6, "text-anchor": anchor }, dayText.format(moment(plays[index].played_at))));
    }
  }
  for (const game of games) {
    const own = plays.map((play, index) => ({ ...play, index })).filter((play) => play.game === game.game);
    if (own.length > 1) {
      made.append(drawing("polyline", { class: `line game-${game.game}`, points: own.map((play) => `${x(play.index)},${y(play.score)}`).join(" ") }));
    }
  }
  for (const [index, play] of plays.entries()) {
    const text = `${titles[play.game]}, ${number.format(play.score)}, ${momentText.format(moment(play.played_at))} UTC`;
    made.append(drawing("circle", { class: `point game-${play.game}`, cx: x(index), cy: y(play.score), r: plays.length > 40 ? 4 : 5 }, drawing("title", {}, text)));
  }
  return made;
}

function legend(plays, games) {
  const played = new Set(plays.map((play) => play.game));
  return element("ul", { class: "legend" },
    ...games.filter((game) => played.has(game.game)).map((game) => element("li", { class: `game-${game.game}` }, element("span", { class: "swatch" }), game.title)));
}

/* The leaderboard */

class Leaderboard {
  constructor() {
    byId("open").addEventListener("submit", (event) => {
      event.preventDefault();
      location.href = `players/${encodeURIComponent(byId("name").value)}`;
    });
    this.feed = new Feed("./leaderboard.json", (data) => this.show(data));
  }

  show({ players, totals }) {
    byId("ranking-totals").textContent = `${count(totals.players, "player")}, ${count(totals.badges, "badge")}`;
    byId("ranking-empty").hidden = players.length > 0;
    byId("ranking").replaceChildren(...players.map((player, index) => this.line(player, index)));
  }

  line(player, index) {
    const kinds = player.kinds.map(({ kind, title, count: amount }) =>
      element("li", { title: `${title}: ${amount}` }, medal({ kind }), element("span", { class: "unseen" }, title), element("span", {}, `×${amount}`)));
    const newest = `${player.newest.title}${player.newest.game_title ? `, ${player.newest.game_title}` : ""}`;
    return element("li", { class: index < 3 ? "leading" : null },
      element("span", { class: "rank", "aria-hidden": "true" }, String(index + 1)),
      element("div", { class: "who" }, element("a", { href: `players/${player.player}` }, player.player), element("span", { class: "quiet small" }, `newest: ${newest}`)),
      element("ul", { class: "kinds" }, ...kinds),
      element("span", { class: "total" }, element("b", {}, number.format(player.badges)), player.badges === 1 ? " badge" : " badges"));
  }
}

if (body.dataset.page === "player") new PlayerPage(body.dataset.player);
else new Leaderboard();
