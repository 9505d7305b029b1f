import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ReportRequest } from '../commands/report';
import { selectEngine } from '../engines';
import { ExitCode } from '../errors';
import { remark, say, sayJson, type Io } from '../io';
import { thousands } from '../render/format';
import { reportPage } from '../report/page';
import { readReportedRun, type ReportedRun } from '../report/reported-run';
import { shown, writeWhole } from '../run-folder';
import { openRuns } from '../runs/open-runs';
import { version } from '../version';

/** `googlenet report`: one page about a run, or about several laid over one another. */
export async function reportRuns(
  io: Io,
  given: readonly string[],
  { out, dataFolder, json }: ReportRequest & { readonly json: boolean },
): Promise<ExitCode> {
  const records = openRuns(io, 'report', given, 1);
  const [first] = records;
  const path = resolve(
    io.cwd,
    out ?? (records.length === 1 && first !== undefined ? join(first.path, 'report.html') : 'report.html'),
  );
  await selectEngine('cpu', {}, () => undefined);
  const runs: ReportedRun[] = [];
  for (const record of records) {
    const name = shown(io.cwd, record.path);
    if (!json) remark(io, `reading ${name}`);
    runs.push(
      await readReportedRun(
        name,
        record,
        dataFolder === undefined ? dataFolder : resolve(io.cwd, dataFolder),
      ),
    );
  }
  const page = reportPage(runs, { version: version(), writtenAt: new Date().toISOString() });
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, page);
  if (json)
    sayJson(io, { report: path, bytes: Buffer.byteLength(page), runs: records.map((run) => run.path) });
  else say(io, `report ${shown(io.cwd, path)} (${thousands(Math.ceil(page.length / 1024))} KB)`);
  return ExitCode.ok;
}
