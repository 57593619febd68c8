import { clock, dateTime, daysUntil } from "./format";

/** Until when something can be done: the time of day if it is today, else with the day. */
export function deadline(time: string, now = Date.now()): string {
  return daysUntil(time, now) === 0 ? clock(time) : dateTime(time);
}
