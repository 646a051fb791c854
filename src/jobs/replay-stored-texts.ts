import { pumpingSettingsOf } from '../core/pumping/pumping-settings.ts';
import { replayTexts } from '../core/pumping/replay-texts.ts';
import type { AskedText } from '../core/pumping/replay-texts.ts';
import type { TextVerdict } from '../core/pumping/judge-text.ts';
import { numberTypes } from '../core/pumping/pumping-settings.ts';
import { listTexts, noCountry } from '../storage/queries/texts.ts';
import type { TextRow } from '../storage/queries/texts.ts';
import type { Sql } from '../storage/sql.ts';

/** What is replayed, and how. */
export interface StoredReplay {
  readonly tenantId: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The methods' configurations. */
  readonly configurations: Parameters<typeof pumpingSettingsOf>[0];
  /** Texts at most; the oldest are taken. */
  readonly textsMax: number;
}

/** A stored text with what was decided of it, and what would be. */
export interface ReplayedText {
  readonly stored: TextRow;
  readonly verdict: TextVerdict;
}

const batchMax = 1_000;
const firstId = '00000000-0000-0000-0000-000000000000';

/** Judges the stored texts of a tenant again, by other settings. It only reads. */
export async function replayStoredTexts(sql: Sql, replay: StoredReplay): Promise<readonly ReplayedText[]> {
  const { tenantId, fromMs, toMs, configurations, textsMax } = replay;
  const rows: TextRow[] = [];
  for (let after = { afterMs: fromMs, afterId: firstId }; rows.length < textsMax;) {
    const batch = await listTexts(sql, {
      tenantId,
      ...after,
      beforeMs: toMs,
      max: Math.min(batchMax, textsMax - rows.length),
    });
    rows.push(...batch);
    const last = batch.at(-1);
    if (last === undefined || batch.length < batchMax) break;
    after = { afterMs: last.askedAt, afterId: last.textId };
  }
  const settings = new Map(
    [...new Set(rows.map((row) => row.verificationMethod))].map((method) => [
      method,
      pumpingSettingsOf(configurations, method),
    ]),
  );
  const stored = rows.values();
  return [
    ...replayTexts(rows.map(askedText), (method) => settings.get(method) ?? pumpingSettingsOf(configurations, method)),
  ].flatMap(({ verdict }) => {
    const { value } = stored.next();
    return value === undefined ? [] : { stored: value, verdict };
  });
}

function askedText(row: TextRow): AskedText {
  return {
    verificationMethod: row.verificationMethod,
    askedAtMs: row.askedAt,
    // The last four digits are not kept.
    phoneNumber: row.numberRange,
    range: row.numberRange,
    number: row.numberName,
    user: row.userName,
    address: row.addressName,
    isOwn: row.isOwn,
    enteredAtMs: row.enteredAt,
    countryCode: row.countryCode === noCountry ? null : row.countryCode,
    numberType: numberTypes.find((type) => type === row.numberType) ?? 'UNKNOWN',
  };
}
