/** Figures and times as people read them. */

const whole = new Intl.NumberFormat("en");
const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const date = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", year: "numeric" });

export const count = (value: number) => whole.format(value);

export function bytes(value: number): string {
  if (value < 1024) {
    return `${count(value)} bytes`;
  }
  const units = ["KB", "MB", "GB", "TB"];
  const power = Math.min(units.length, Math.floor(Math.log(value) / Math.log(1024)));
  return `${(value / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** A time of day with milliseconds. `seconds` since the epoch. */
export function clockTime(seconds: number): string {
  const when = new Date(seconds * 1000);
  return `${time.format(when)}.${String(when.getMilliseconds()).padStart(3, "0")}`;
}

export function dateTime(when: Date | number): string {
  const moment = typeof when === "number" ? new Date(when * 1000) : when;
  return `${date.format(moment)}, ${time.format(moment)}`;
}

export function duration(seconds: number): string {
  if (seconds < 1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  }
  return seconds < 86_400 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}

export const milliseconds = (value: number) =>
  value < 10 ? `${value.toFixed(2)} ms` : duration(value / 1000);

/** How long ago, to the second. */
export function ago(seconds: number, now = Date.now() / 1000): string {
  const age = Math.max(0, now - seconds);
  return age < 1 ? "just now" : `${duration(Math.floor(age)).replace(".0 s", " s")} ago`;
}
