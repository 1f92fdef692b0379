// How far a piece of work is, in words.
import { duration, t } from "./words.js";

const begun = { stage: "", done: 0, since: 0 };
export function stageWords(job) {
  const stage = `${job.number}/${job.stage}`,
    now = performance.now() / 1000;
  if (begun.stage !== stage) Object.assign(begun, { stage, done: job.done, since: now });
  const parts = [t(`stage.${job.stage || "start"}`)];
  if (job.total)
    parts.push(t("percent", { n: Math.min(100, Math.round((100 * job.done) / job.total)) }));
  const spent = now - begun.since,
    made = job.done - begun.done;
  if (job.total && spent > 4 && made > 0)
    parts.push(t("time_left", { time: duration((spent * (job.total - job.done)) / made) }));
  return parts.join(" · ");
}
