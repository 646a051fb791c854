/**
 * What every node keeps in memory of the tenants: keys, settings, configurations. Read once, then again when a tenant's
 * configuration version rises: at once by NOTIFY, and within five seconds by polling if the notification is lost.
 */
import type { RememberedFor } from '../core/devices/device.ts';
import { ipRanges } from '../core/rules/ip-ranges.ts';
import { defaultRuleSet, unreadableRuleSet } from '../core/rules/rule-set-document.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import type { ListItem } from '../core/rules/rule-set.ts';
import { dataPointTypes } from '../core/facts/data-points.ts';
import type { DataPointTypes } from '../core/facts/data-points.ts';
import { planFacts } from '../core/facts/plan-facts.ts';
import type { FactPlan } from '../core/facts/plan-facts.ts';
import { deriveKey, rsaKeyPair, secretKey, sha256 } from '../runtime/crypto.ts';
import type { RsaKeyPair, SecretKey } from '../runtime/crypto.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { listApiKeys } from './queries/api-keys.ts';
import { heldLists, loadPublishedRuleSet } from './published-rule-set.ts';
import type { ListsByHash } from './published-rule-set.ts';
import { loadAuthenticatorConfigurations } from './queries/authenticator-configurations.ts';
import type { AuthenticatorConfigurationRow } from './queries/authenticator-configurations.ts';
import { isAskedFor } from './queries/events.ts';
import { listCustomDataPoints } from './queries/custom-data-points.ts';
import { loadPublishableActions } from './queries/rule-sets.ts';
import type { PublishableAction } from './queries/rule-sets.ts';
import { loadSessionSigningKeys } from './queries/session-signing-keys.ts';
import { configChannel, loadConfigVersions, loadTenant } from './queries/tenants.ts';
import { loadListContents, loadListVersions } from './queries/value-lists.ts';
import { SealBroken } from './seal.ts';
import type { Seal } from './seal.ts';
import { DatabaseUnavailable } from './sql.ts';
import type { Database } from './sql.ts';

/** The settings of a tenant that decisions and tokens depend on, with their defaults. */
export interface TenantSettings {
  readonly newActionResult: 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';
  readonly unenrolledUserState: 'CHALLENGE_REQUIRED' | 'ALLOW';
  readonly allowedRedirectUrls: readonly string[];
  readonly customDomain: string | undefined;
  readonly customDomains: readonly string[];
  readonly tokenDurationInMinutes: number;
  readonly disableRecoveryCodes: boolean;
  readonly skipRecoveryCodesOnProgrammaticEnrollment: boolean;
  /** Which proofs let a user change their authenticators (ruling 17). */
  readonly factorChangePolicy: 'strongest-proof' | 'any-proof';
  /** How many hours the proofs of an authenticator added in recovery have a lower assurance; 0 for none (ruling 41). */
  readonly recoveredFactorHoldHours: number;
  /** Whether a user who removed their last authenticator may enrol again without a proof (A12). */
  readonly inlineReEnrolment: boolean;
  readonly allowPlainPushApproval: boolean;
  /** Whether approving a review in the portal takes two operators. */
  readonly reviewsNeedTwoPeople: boolean;
  readonly allowDeletingUserAuthenticators: boolean;
  readonly allowDisablingMfa: boolean;
  readonly hideRecoveryCodesOnEnrollment: boolean;
  readonly hideSuccessScreenOnEnrollment: boolean;
  /** Whether the pages omit our name. */
  readonly hideAuthsignalLogo: boolean;
  /** Whether a page whose token has expired returns to the app by itself. */
  readonly redirectOnSessionExpiry: boolean;
  /** Whether pages offer to remember the device, and for how long, where the action does not say. */
  readonly rememberDevices: RememberedFor;
  /** What the tenant is for, as the portal shows it. */
  readonly environment: 'PRODUCTION' | 'STAGING' | 'TEST' | 'DEVELOPMENT' | undefined;
  /** IANA name, for the facts about the time of day. */
  readonly timeZone: string;
  /** CIDR ranges that may call the server API; empty for no restriction. */
  readonly ipWhitelist: readonly string[];
}

const defaultSettings: TenantSettings = {
  newActionResult: 'CHALLENGE',
  unenrolledUserState: 'CHALLENGE_REQUIRED',
  allowedRedirectUrls: [],
  customDomain: undefined,
  customDomains: [],
  tokenDurationInMinutes: 10,
  disableRecoveryCodes: false,
  skipRecoveryCodesOnProgrammaticEnrollment: false,
  factorChangePolicy: 'strongest-proof',
  recoveredFactorHoldHours: 24,
  inlineReEnrolment: false,
  allowPlainPushApproval: false,
  reviewsNeedTwoPeople: false,
  allowDeletingUserAuthenticators: true,
  allowDisablingMfa: false,
  hideRecoveryCodesOnEnrollment: false,
  hideSuccessScreenOnEnrollment: false,
  hideAuthsignalLogo: false,
  redirectOnSessionExpiry: false,
  rememberDevices: { isEnabled: false, days: 30 },
  environment: undefined,
  timeZone: 'UTC',
  ipWhitelist: [],
};

/** The rule set of one action, compiled once per version. */
export interface PublishedAction extends PublishedRuleSet {
  readonly version: number;
  /** SHA-256 of the published document; null for an action that was created by tracking and never configured. */
  readonly hash: string | null;
  readonly plan: FactPlan;
  /** The webhook that must agree before a proof lets the action succeed; null for none. */
  readonly verificationWebhookUrl: string | null;
  /** Whether the tenant says in words of its own what is confirmed; the words are read when they are needed. */
  readonly hasMessage: boolean;
}

/** A key pair that signs session access tokens. */
export interface SessionSigningKey extends RsaKeyPair {
  readonly keyId: string;
  readonly publicJwk: { readonly n: string; readonly e: string };
  /**
   * Before this time an older key signs: all nodes, and everyone who caches our public keys, must know a key before it
   * is used.
   */
  readonly signsFromMs: number;
  /** By then the last token that it may have signed has expired. */
  readonly verifiesUntilMs: number;
}

/** How long a new key is published before it signs. */
const signingLeadMs = 60_000;
// An access token lives for ten minutes at most; the rest is for nodes that learned of a change late.
const verifiedAfterMs = 10 * 60_000 + 60_000;

/** How long after its successor was created a key is no longer used for anything. */
export const signingOverlapMs = signingLeadMs + verifiedAfterMs;

/** Addresses that a tenant lists for `ip.isInWhitelist`. */
export interface Whitelist {
  /** Of the list's contents. */
  readonly hash: string;
  contains(address: string): boolean;
}

/** A tenant in a node's memory. Never changed: a newer version replaces it as a whole. */
export interface Tenant {
  readonly tenantId: string;
  readonly name: string;
  readonly configVersion: number;
  /** Until then, nodes of the release before may still run; 0 if none ever knew this tenant. */
  readonly earlierNodesUntilMs: number;
  readonly settings: TenantSettings;
  readonly tokenKey: SecretKey;
  /** Mixed into the hashes of recovery codes, so that a stolen database alone is not enough to guess them. */
  readonly pepper: SecretKey;
  /** One-time codes and contacts are stored as HMACs under it. */
  readonly codeKey: SecretKey;
  /** Addresses and devices are counted under HMACs of it. */
  readonly partyKey: SecretKey;
  /** The user handle in keys is an HMAC under it: it is not stored anywhere and reveals nothing about the user. */
  readonly userHandleKey: SecretKey;
  /** Signs the cookies of remembered devices. */
  readonly deviceCookieKey: SecretKey;
  /** Users see HMACs of their device ids under it: whoever knows a device id could claim to be that device. */
  readonly deviceNameKey: SecretKey;
  readonly authenticatorConfigurations: readonly AuthenticatorConfigurationRow[];
  readonly activeMethods: readonly string[];
  /** Live actions by code. */
  readonly actions: ReadonlyMap<string, PublishedAction>;
  /** The contents of the value lists that live rules name, by hash: each once, however many actions name it. */
  readonly lists: ReadonlyMap<string, readonly ListItem[]>;
  /** Names of the data points to which an idempotency key is linked (ruling 11). */
  readonly linkedDataPoints: readonly string[];
  readonly dataPointTypes: DataPointTypes;
  /** The value list `ip-whitelist`; undefined without such a list. */
  readonly whitelist: Whitelist | undefined;
  /** Newest first. `session-keys.ts` decides which of them signs and which verify now. */
  readonly sessionSigningKeys: readonly SessionSigningKey[];
  readonly refreshTokenKey: SecretKey;
  /** Whether an endpoint collects what happens to challenges, so that what is logged of them costs others nothing. */
  readonly logsChallenges: boolean;
  /** The server keys that are active then, oldest first: webhooks are signed with each of them. */
  webhookKeys(nowMs: number): readonly SecretKey[];
  readonly apiKeys: readonly {
    readonly digest: string;
    readonly keyId: string;
    readonly kind: 'server' | 'management';
    /** When it ends by itself; null if it does not. */
    readonly expiresAtMs: number | null;
  }[];
}

/** A caller with an API key. */
export interface KeyHolder {
  readonly tenant: Tenant;
  readonly keyId: string;
  readonly kind: 'server' | 'management';
}

export interface Published {
  tenant(tenantId: string): Tenant | undefined;
  tenants(): Iterable<Tenant>;
  /**
   * The holder of an API key; undefined if there is none. Keys are looked up by digest, so comparing them leaks no
   * timing.
   */
  callerByKey(apiKey: string): KeyHolder | undefined;
  /** Reads all changes since the last refresh. */
  refresh(): Promise<void>;
  /** Calls back after each refresh that changed something. */
  onChange(listener: () => void): void;
  /** Whether the last refresh worked. */
  status(): { readonly isCurrent: boolean };
  stop(): void;
}

const pollMs = 5_000;

const whitelistAlias = 'ip-whitelist';

export async function openPublished(
  db: Database,
  seal: Seal,
  runtime: Runtime,
  onProblem: (error: unknown) => void,
): Promise<Published> {
  const tenants = new Map<string, Tenant>();
  let callers = new Map<string, ExpiringHolder>();
  let isCurrent = true;
  const listeners: (() => void)[] = [];

  async function refreshNow(): Promise<void> {
    const versions = await loadConfigVersions(db);
    const listed = new Set(versions.map((row) => row.tenantId));
    let hasChanged = false;
    for (const tenantId of tenants.keys()) {
      if (!listed.has(tenantId)) hasChanged = tenants.delete(tenantId) || hasChanged;
    }
    let broken: SealBroken | undefined;
    for (const { tenantId, configVersion } of versions) {
      if (tenants.get(tenantId)?.configVersion === configVersion) continue;
      try {
        const tenant = await readTenant(db, seal, tenantId, tenants.get(tenantId), onProblem);
        if (tenant !== undefined) tenants.set(tenantId, tenant);
        hasChanged = true;
      } catch (error) {
        // One tenant whose secrets do not open must not freeze the state of all others: a revoked key would stay valid.
        if (!(error instanceof SealBroken)) throw error;
        broken ??= error;
      }
    }
    if (hasChanged) {
      callers = callersOf(tenants.values());
      for (const listener of listeners) listener();
    }
    if (broken !== undefined) throw broken;
  }

  async function refreshAndNote(): Promise<void> {
    isCurrent = await refreshNow().then(
      () => true,
      (error: unknown) => {
        isCurrent = false;
        throw error;
      },
    );
  }

  // Refreshes run one after another. Calls made while one runs share the next, which reads again.
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  function refresh(): Promise<void> {
    next ??= last
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return refreshAndNote();
      });
    last = next;
    return next;
  }

  await refresh();
  const refreshInBackground = () => refresh().catch(onProblem);
  await db.listen(configChannel, () => void refreshInBackground());
  const stopPolling = runtime.timers.every(pollMs, refreshInBackground);

  return {
    tenant: (tenantId) => tenants.get(tenantId),
    tenants: () => tenants.values(),
    callerByKey(apiKey) {
      const holder = callers.get(sha256(apiKey).toString('base64'));
      return holder !== undefined && isActive(holder, runtime.clock.now()) ? holder : undefined;
    },
    refresh,
    onChange: (listener) => void listeners.push(listener),
    status: () => ({ isCurrent }),
    stop: stopPolling,
  };
}

interface ExpiringHolder extends KeyHolder {
  readonly expiresAtMs: number | null;
}

function callersOf(tenants: Iterable<Tenant>): Map<string, ExpiringHolder> {
  const callers = new Map<string, ExpiringHolder>();
  for (const tenant of tenants) {
    for (const { digest, ...key } of tenant.apiKeys) callers.set(digest, { tenant, ...key });
  }
  return callers;
}

/** Keys end at their time on every node, without anything being published. */
function isActive({ expiresAtMs }: { readonly expiresAtMs: number | null }, nowMs: number): boolean {
  return expiresAtMs === null || nowMs < expiresAtMs;
}

async function readTenant(
  db: Database,
  seal: Seal,
  tenantId: string,
  before: Tenant | undefined,
  onProblem: (error: unknown) => void,
): Promise<Tenant | undefined> {
  const row = await loadTenant(db, tenantId);
  if (row === undefined) return undefined;
  const root = secretKey(seal.open(row.rootKeySealed, rootKeyPlace(tenantId)));
  const authenticatorConfigurations = await loadAuthenticatorConfigurations(db, tenantId);
  const actions = new Map<string, PublishedAction>();
  const lists: ListsByHash = new Map(before?.lists);
  for (const action of await loadPublishableActions(db, tenantId)) {
    const earlier = before?.actions.get(action.actionCode);
    actions.set(action.actionCode, await readAction(db, tenantId, action, earlier, lists, onProblem));
  }
  const dataPoints = await listCustomDataPoints(db, tenantId);
  const keys = (await listApiKeys(db, tenantId)).filter(({ revokedAt }) => revokedAt === null);
  const webhookKeys = keys.flatMap(({ keyId, keySealed: sealed, expiresAt: expiresAtMs }) =>
    sealed === null ? [] : [{ key: secretKey(seal.open(sealed, apiKeyPlace(tenantId, keyId))), expiresAtMs }],
  );
  return {
    tenantId,
    name: row.name,
    configVersion: row.configVersion,
    earlierNodesUntilMs: row.earlierNodesUntil ?? 0,
    settings: { ...defaultSettings, ...row.settings },
    tokenKey: deriveKey(root, 'action-token', tenantId),
    pepper: deriveKey(root, 'recovery-code-pepper', tenantId),
    codeKey: deriveKey(root, 'one-time-code', tenantId),
    partyKey: deriveKey(root, 'counted-party', tenantId),
    userHandleKey: deriveKey(root, 'webauthn-user-handle', tenantId),
    deviceCookieKey: deriveKey(root, 'device-cookie', tenantId),
    deviceNameKey: deriveKey(root, 'device-name', tenantId),
    authenticatorConfigurations,
    activeMethods: authenticatorConfigurations
      .filter((configuration) => configuration.isActive)
      .map((configuration) => configuration.verificationMethod),
    actions,
    lists: heldLists(actions.values()),
    linkedDataPoints: dataPoints
      .filter(({ modelType: model, linked }) => model === 'action' && linked)
      .map(({ name }) => name),
    dataPointTypes: dataPointTypes(dataPoints.map(({ name, dataType, modelType }) => ({ name, dataType, modelType }))),
    whitelist: await readWhitelist(db, tenantId, before?.whitelist),
    sessionSigningKeys: (await loadSessionSigningKeys(db, tenantId)).map((key, index, all) => ({
      keyId: key.keyId,
      publicJwk: key.publicJwk,
      ...rsaKeyPair(seal.open(key.privateKeySealed, sessionSigningKeyPlace(tenantId, key.keyId))),
      signsFromMs: index === all.length - 1 ? 0 : key.createdAt + signingLeadMs,
      verifiesUntilMs: (all[index - 1]?.createdAt ?? Infinity) + signingOverlapMs,
    })),
    refreshTokenKey: deriveKey(root, 'refresh-token', tenantId),
    logsChallenges: await isAskedFor(db, tenantId, ['challenge.log_created']),
    webhookKeys: (nowMs) => webhookKeys.filter((key) => isActive(key, nowMs)).map(({ key }) => key),
    apiKeys: keys.map(({ digest, keyId, kind, expiresAt: expiresAtMs }) => ({
      digest: digest.toString('base64'),
      keyId,
      kind,
      expiresAtMs,
    })),
  };
}

/** The published rule set of an action; the last good one if the stored one cannot be read (F23). */
async function readAction(
  db: Database,
  tenantId: string,
  row: PublishableAction,
  earlier: PublishedAction | undefined,
  lists: ListsByHash,
  onProblem: (error: unknown) => void,
): Promise<PublishedAction> {
  const { actionCode, ruleSetHash: hash, ruleSetVersion: version } = row;
  const { verificationWebhookUrl, hasMessage } = row;
  const published = { version, hash, verificationWebhookUrl, hasMessage };
  if (hash === null) return withPlan(defaultRuleSet(actionCode, row.defaultResult), published);
  if (earlier?.hash === hash) return { ...earlier, ...published };
  try {
    return withPlan(await loadPublishedRuleSet(db, tenantId, hash, lists), published);
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    onProblem(
      new Error(`The rule set of ${actionCode} cannot be read; the last good one stays in use.`, { cause: error }),
    );
    if (earlier === undefined) return withPlan(unreadableRuleSet(actionCode), published);
    return { ...earlier, verificationWebhookUrl, hasMessage };
  }
}

function withPlan(
  ruleSet: PublishedRuleSet,
  published: Pick<PublishedAction, 'version' | 'hash' | 'verificationWebhookUrl' | 'hasMessage'>,
): PublishedAction {
  return { ...ruleSet, ...published, plan: planFacts(ruleSet.compiled.needs.paths) };
}

/** What decides an action without a published configuration. */
export function unconfiguredAction(
  actionCode: string,
  defaultResult: PublishableAction['defaultResult'],
): PublishedAction {
  const published = { version: 0, hash: null, verificationWebhookUrl: null, hasMessage: false };
  return withPlan(defaultRuleSet(actionCode, defaultResult), published);
}

/** The tenant's whitelist, read only if it has changed. */
async function readWhitelist(
  db: Database,
  tenantId: string,
  before: Whitelist | undefined,
): Promise<Whitelist | undefined> {
  const version = (await loadListVersions(db, tenantId)).get(whitelistAlias);
  if (version?.hash === before?.hash) return before;
  const list = await loadListContents(db, tenantId, whitelistAlias);
  return list && { hash: list.hash, contains: ipRanges(list.items.map(String)) };
}

/** The place that a tenant's root key is sealed for. */
export function rootKeyPlace(tenantId: string) {
  return { tenantId, table: 'tenants', row: tenantId, column: 'root_key_sealed' };
}

/** The place that a server key is sealed for. */
export function apiKeyPlace(tenantId: string, keyId: string) {
  return { tenantId, table: 'api_keys', row: keyId, column: 'key_sealed' };
}

/** The place that the private half of a session signing key is sealed for. */
export function sessionSigningKeyPlace(tenantId: string, keyId: string) {
  return { tenantId, table: 'session_signing_keys', row: keyId, column: 'private_key_sealed' };
}
