import { readFileSync } from 'node:fs';
import { replayStoredTexts } from '../jobs/replay-stored-texts.ts';
import type { ReplayedText } from '../jobs/replay-stored-texts.ts';
import { loadAuthenticatorConfigurations } from '../storage/queries/authenticator-configurations.ts';
import { chooseTenant } from './choose-tenant.ts';
import { CommandMistake } from './command.ts';
import type { Command } from './command.ts';
import { printList } from './print-list.ts';
import { readOptions } from './read-options.ts';
import { withStorage } from './with-storage.ts';

const textsMax = 100_000;
const dayMs = 24 * 60 * 60 * 1000;
const daysMax = 30;

/** What may stand in a file of settings. */
const settingNames = {
  smsCountryCodes: [],
  sendingRateLimitConfigurations: [],
  prefixRateLimitConfigurations: [],
  pumpingProtection: [
    ...['mode', 'refusal', 'numberTypes', 'safeNumbers', 'rangeLimit', 'addressLimit', 'hourlyMax'],
    ...['rangeBreaker', 'countryBreaker'],
  ],
} as const;

export const pumping: Command = {
  name: 'pumping',
  summary: 'Try out how texts are protected from pumping.',
  help: `Usage: sallyport pumping replay [--tenant ID] [--days N] [--settings FILE] [--json]

Judges the stored texts of the last N days (7; at most ${daysMax}) again, one after the other: by the tenant's settings, or with
those of FILE in their place. It changes nothing, and reads at most ${textsMax.toLocaleString('en')} texts. FILE is JSON as the management API
takes it for SMS, of these members: ${Object.keys(settingNames).join(', ')}.

Prints for each country and reason how many texts would be sent or refused, and of how many the code was entered: of those
that would be refused, these are people. A text that was refused then has no answer, so it counts as not entered where it
would be sent now. Of numbers, all but the last four digits are kept: longer entries of safeNumbers match nothing here.
`,
  async run(words) {
    const [verb, ...rest] = words;
    if (verb !== 'replay') throw new CommandMistake('Say "pumping replay". See "sallyport pumping --help".');
    const { options, flags } = readOptions(rest, ['tenant', 'days', 'settings'], { flags: ['create', 'json'] });
    const days = readDays(options.days);
    const given = options.settings === undefined ? {} : readSettings(options.settings);
    await withStorage(flags.has('create'), async ({ db, runtime }) => {
      const tenantId = await chooseTenant(db, options.tenant);
      const stored = await loadAuthenticatorConfigurations(db, tenantId);
      const sms = stored.find(({ verificationMethod }) => verificationMethod === 'SMS')?.settings ?? {};
      const others = stored.filter(({ verificationMethod }) => verificationMethod !== 'SMS');
      const toMs = runtime.clock.now();
      const replayed = await replayStoredTexts(db, {
        ...{ tenantId, fromMs: toMs - days * dayMs, toMs, textsMax },
        configurations: [...others, { verificationMethod: 'SMS', settings: { ...sms, ...given } }],
      });
      printList(
        ['country', 'decision', 'reason', 'texts', 'entered', 'wereSent'],
        summary(replayed),
        flags.has('json'),
      );
      if (replayed.length === textsMax)
        process.stderr.write(`Only the first ${textsMax.toLocaleString('en')} texts were judged. Choose fewer days.\n`);
    });
  },
};

function readDays(given: string | undefined): number {
  if (given === undefined) return 7;
  const days = Number(given);
  if (!Number.isInteger(days) || days < 1 || days > daysMax)
    throw new CommandMistake(`--days must be a whole number from 1 to ${daysMax}.`);
  return days;
}

function readSettings(path: string): Readonly<Record<string, unknown>> {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new CommandMistake(
      `${path} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const settings = membersOf(given, path, Object.keys(settingNames));
  const { pumpingProtection } = settings;
  if (pumpingProtection !== undefined)
    membersOf(pumpingProtection, 'pumpingProtection', settingNames.pumpingProtection);
  return settings;
}

/** @throws {CommandMistake} naming a member that is not known. */
function membersOf(value: unknown, name: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CommandMistake(`${name} must be a JSON object.`);
  const other = Object.keys(value).find((member) => !known.includes(member));
  if (other !== undefined)
    throw new CommandMistake(`${name} has no member "${other}". It may have ${known.join(', ')}.`);
  return value as Readonly<Record<string, unknown>>;
}

/** How many texts of each country are sent, or refused for each reason. */
function summary(replayed: readonly ReplayedText[]) {
  const groups = new Map<string, { texts: number; entered: number; wereSent: number }>();
  for (const { stored, verdict } of replayed) {
    const key = [stored.countryCode, verdict.isRefused ? 'refused' : 'sent', verdict.reason].join(' ');
    const group = groups.get(key) ?? { texts: 0, entered: 0, wereSent: 0 };
    group.texts += 1;
    if (stored.enteredAt !== null) group.entered += 1;
    if (stored.isSent) group.wereSent += 1;
    groups.set(key, group);
  }
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, { texts, entered, wereSent }]) => {
      const [country = '', decision = '', reason = ''] = key.split(' ');
      return {
        ...{ country, decision, reason },
        ...{ texts: String(texts), entered: String(entered), wereSent: String(wereSent) },
      };
    });
}
