/** A new tenant that begins with the configuration of another: what decides and what users see, nothing of people, no secret. */
import { Refusal } from '../contract/errors.ts';
import { credentialBlocks } from '../contract/management/provider-credentials.ts';
import { quotas } from '../core/quotas.ts';
import { manifestOf } from '../methods/manifests.ts';
import { nextTurn } from '../runtime/next-turn.ts';
import type { Runtime } from '../runtime/runtime.ts';
import {
  claimActionCode,
  listActionConfigurations,
  recordActionConfiguration,
} from '../storage/queries/action-configurations.ts';
import { listAlerts, recordAlert } from '../storage/queries/alerts.ts';
import {
  loadAuthenticatorConfigurations,
  recordAuthenticatorConfiguration,
} from '../storage/queries/authenticator-configurations.ts';
import { listCustomDataPoints, recordCustomDataPoint } from '../storage/queries/custom-data-points.ts';
import { listEndpoints, recordEndpoint } from '../storage/queries/event-endpoints.ts';
import { loadPageTemplate, recordPageTemplate } from '../storage/queries/page-looks.ts';
import { countRuleBytes, countRules, listRules, recordRule } from '../storage/queries/rules.ts';
import { loadTenantSettings, recordTenantSettings } from '../storage/queries/tenant-settings.ts';
import { loadListVersions, loadValueList, recordValueList } from '../storage/queries/value-lists.ts';
import type { Sql } from '../storage/sql.ts';
import { fallbackOf } from './method-fallback.ts';
import { newEndpoint } from './new-endpoint.ts';
import { publishRuleSets } from './publish-rule-sets.ts';
import type { Author } from './record-rule-versions.ts';

type Members = Readonly<Record<string, unknown>>;

/** What was copied, and what is to be done by hand. */
export interface Copied {
  readonly actions: number;
  readonly rules: number;
  readonly lists: number;
  readonly dataPoints: number;
  readonly methods: number;
  readonly alerts: number;
  /** They are paused. */
  readonly endpoints: number;
  /** The methods of which settings were left out that lead to an account, with the names of these. */
  readonly withoutCredentials: { verificationMethod: string; credentials: string[] }[];
  /** The methods that are on in the other tenant and off in the copy, because they lack these settings. */
  readonly switchedOff: string[];
}

/** More would keep a connection and the tenant's lock for too long. */
const rulesMax = 3_000;

/**
 * Copies it in the transaction that makes the tenant `to`. Expects `from` to be locked, so that all of it is of one moment.
 * @throws {Refusal} `invalid_request` if it is too large
 */
export async function copyConfiguration(
  sql: Sql,
  { runtime }: { readonly runtime: Runtime },
  { from, to }: { readonly from: string; readonly to: string },
  {
    withItems,
    reader,
    author,
  }: {
    /** Whether lists are copied with what is in them. */
    readonly withItems: boolean;
    /** Whom alerts of the new tenant are mailed to, in place of those who get the other's. */
    readonly reader: string;
    readonly author: Author;
  },
): Promise<Copied> {
  await requireCopiable(sql, from, withItems);
  const nowMs = runtime.clock.now();
  const { ids } = runtime;
  await copyLook(sql, from, to);
  const methods = await copyMethods(sql, runtime, from, to);
  const dataPoints = await listCustomDataPoints(sql, from);
  for (const row of dataPoints) await recordCustomDataPoint(sql, to, { ...row, dataPointId: ids.uuid() }, nowMs);
  const aliases = [...(await loadListVersions(sql, from)).keys()];
  for (const alias of aliases) {
    // One at a time: together they may be large.
    const row = await loadValueList(sql, from, alias);
    if (row !== undefined) await recordValueList(sql, to, withItems ? row : { ...row, items: null }, nowMs);
    // On the embedded database nothing here waits for another process: calls of others get their turn.
    await nextTurn();
  }
  const actions = await listActionConfigurations(sql, from);
  let rules = 0;
  for (const row of actions) {
    await claimActionCode(sql, to, row, nowMs);
    await recordActionConfiguration(sql, to, row, nowMs);
    for (const rule of await listRules(sql, from, row.actionCode)) {
      await recordRule(sql, to, { ...rule, ruleId: ids.uuid() }, nowMs);
      rules += 1;
    }
    await nextTurn();
  }
  await publishRuleSets(
    sql,
    { runtime },
    to,
    actions.map(({ actionCode }) => actionCode),
    0,
    author,
  );
  const alerts = await listAlerts(sql, from);
  for (const row of alerts) {
    await recordAlert(sql, to, { ...row, alertId: ids.uuid(), recipients: [reader], raisedAt: null }, nowMs);
  }
  const endpoints = await listEndpoints(sql, from);
  for (const row of endpoints) {
    const made = newEndpoint(runtime, { ...row, contacts: [] });
    await recordEndpoint(sql, to, { ...made, state: 'paused', pausedBecause: 'operator', pausedAt: nowMs });
  }
  return {
    actions: actions.length,
    rules,
    lists: aliases.length,
    dataPoints: dataPoints.length,
    ...methods,
    alerts: alerts.length,
    endpoints: endpoints.length,
  };
}

/** Before anything is read that could be large. */
async function requireCopiable(sql: Sql, from: string, withItems: boolean): Promise<void> {
  const counts = [...(await countRules(sql, from)).values()];
  const rules = counts.reduce((sum, row) => sum + row.rules, 0);
  if (rules > rulesMax) {
    throw new Refusal(
      'invalid_request',
      `A tenant with more than ${rulesMax.toLocaleString('en')} rules is not copied at once: it has ${rules.toLocaleString('en')}. Copy it through the management API.`,
    );
  }
  // Those that are off count too: no quota bounds them, because they are not published.
  const ruleBytes = await countRuleBytes(sql, from);
  const lists = withItems ? [...(await loadListVersions(sql, from)).values()] : [];
  const bytes = lists.reduce((sum, list) => sum + list.bytes, ruleBytes);
  const { max } = quotas.publishedBytes;
  if (bytes > max) {
    const instead = ruleBytes > max ? 'Copy them through the management API.' : 'Copy the lists without their items.';
    throw new Refusal(
      'invalid_request',
      `Rules and value lists of up to ${max / 1024 ** 2} MiB together are copied at once, and these have ${Math.ceil(bytes / 1024 ** 2)} MiB. ${instead}`,
    );
  }
}

/** The settings of the tenant, its theme and its texts. */
async function copyLook(sql: Sql, from: string, to: string): Promise<void> {
  const [theirs, own] = [await loadTenantSettings(sql, from), await loadTenantSettings(sql, to)];
  // The host of pages leads to one tenant; what it is for, its maker says.
  const { customDomain: _host, environment: _label, ...settings } = theirs.settings;
  await recordTenantSettings(sql, to, { ...theirs, name: own.name, settings: { ...settings, ...own.settings } });
  const { pageTemplate } = await loadPageTemplate(sql, from);
  await recordPageTemplate(sql, to, pageTemplate as object | null);
}

async function copyMethods(
  sql: Sql,
  { ids, clock }: Pick<Runtime, 'ids' | 'clock'>,
  from: string,
  to: string,
): Promise<Pick<Copied, 'methods' | 'withoutCredentials' | 'switchedOff'>> {
  const rows = await loadAuthenticatorConfigurations(sql, from);
  const withoutCredentials = rows.flatMap(({ verificationMethod, settings }) => {
    const all = [settings, fallbackOf({ settings }) ?? {}].flatMap((part) => Object.entries(part));
    const names = all.filter(([name, value]) => leadsToAccount(name, value)).map(([name]) => name);
    return names.length === 0 ? [] : [{ verificationMethod, credentials: [...new Set(names)] }];
  });
  const lacking = withoutCredentials.map(({ verificationMethod }) => verificationMethod);
  // All mail goes by the providers of codes.
  const isOff = (method: string) =>
    lacking.includes(method) || (lacking.includes('EMAIL_OTP') && manifestOf(method)?.channel === 'email');
  for (const row of rows) {
    const { fallback: _fallback, ...settings } = withoutPeople(row.settings);
    const second = withoutAccount(fallbackOf(row) ?? {});
    await recordAuthenticatorConfiguration(
      sql,
      to,
      {
        ...row,
        authenticatorId: ids.uuid(),
        isActive: row.isActive && !isOff(row.verificationMethod),
        settings: { ...withoutAccount(settings), ...(Object.keys(second).length === 0 ? {} : { fallback: second }) },
        secretsSealed: null,
      },
      clock.now(),
    );
  }
  return {
    methods: rows.length,
    withoutCredentials,
    switchedOff: rows
      .filter(({ isActive, verificationMethod }) => isActive && isOff(verificationMethod))
      .map(({ verificationMethod }) => verificationMethod),
  };
}

/**
 * Whether messages of the copy would go by the other tenant's own account: by its credentials, in whole blocks, because half
 * of one would look as if it could be used; by its endpoint; or by SES, for which this server's account stands in.
 */
function leadsToAccount(name: string, value: unknown): boolean {
  return name in credentialBlocks || name === 'webhookUrl' || (name === 'emailProvider' && value === 'SES');
}

function withoutAccount(settings: Members): Members {
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => !leadsToAccount(name, value)));
}

/** Numbers that no breaker blocks are those of people. */
function withoutPeople(settings: Members): Members {
  const { pumpingProtection: protection } = settings;
  if (typeof protection !== 'object' || protection === null) return settings;
  const { safeNumbers: _numbers, ...kept } = protection as Members;
  return { ...settings, pumpingProtection: kept };
}
