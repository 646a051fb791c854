/**
 * What every node keeps in memory of the tenants: keys, settings, configurations. Read once, then again when a tenant's
 * configuration version rises: at once by NOTIFY, and within five seconds by polling if the notification is lost.
 */
import { sha256, deriveKey, secretKey } from '../runtime/crypto.ts';
import type { SecretKey } from '../runtime/crypto.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { listApiKeys } from './queries/api-keys.ts';
import { loadActionConfigurations, loadAuthenticatorConfigurations } from './queries/configurations.ts';
import type { ActionConfigurationRow, AuthenticatorConfigurationRow } from './queries/configurations.ts';
import { loadSessionSigningKeys } from './queries/session-signing-keys.ts';
import type { SessionSigningKeyRow } from './queries/session-signing-keys.ts';
import { configChannel, loadConfigVersions, loadTenant } from './queries/tenants.ts';
import type { Seal } from './seal.ts';
import type { Database } from './sql.ts';

/** The settings of a tenant that decisions and tokens depend on, with their defaults. */
export interface TenantSettings {
  readonly newActionResult: 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';
  readonly unenrolledUserState: 'CHALLENGE_REQUIRED' | 'ALLOW';
  readonly allowedRedirectUrls: readonly string[];
  readonly tokenDurationInMinutes: number;
  readonly disableRecoveryCodes: boolean;
  readonly skipRecoveryCodesOnProgrammaticEnrollment: boolean;
}

const defaultSettings: TenantSettings = {
  newActionResult: 'CHALLENGE',
  unenrolledUserState: 'CHALLENGE_REQUIRED',
  allowedRedirectUrls: [],
  tokenDurationInMinutes: 10,
  disableRecoveryCodes: false,
  skipRecoveryCodesOnProgrammaticEnrollment: false,
};

/** A tenant as nodes hold it. Never changed: a newer version replaces it whole. */
export interface Tenant {
  readonly tenantId: string;
  readonly name: string;
  readonly configVersion: number;
  readonly settings: TenantSettings;
  readonly tokenKey: SecretKey;
  /** Mixed into the hashes of recovery codes, so that a stolen database alone is not enough to guess at them. */
  readonly pepper: SecretKey;
  readonly authenticatorConfigurations: readonly AuthenticatorConfigurationRow[];
  readonly activeMethods: readonly string[];
  readonly actionConfigurations: ReadonlyMap<string, ActionConfigurationRow>;
  readonly sessionSigningKeys: readonly SessionSigningKeyRow[];
  readonly apiKeys: readonly {
    readonly digest: string;
    readonly keyId: string;
    readonly kind: 'server' | 'management';
  }[];
}

export interface Caller {
  readonly tenant: Tenant;
  readonly keyId: string;
  readonly kind: 'server' | 'management';
}

export interface Published {
  tenant(tenantId: string): Tenant | undefined;
  /** Who holds an API key; undefined if nobody does. Keys are looked up by digest, so comparing them leaks no time. */
  callerByKey(apiKey: string): Caller | undefined;
  /** Reads what has changed since. */
  refresh(): Promise<void>;
  /** Whether the last refresh worked, and when it was. */
  status(): { readonly isCurrent: boolean };
  stop(): void;
}

const pollMs = 5_000;

export async function openPublished(
  db: Database,
  seal: Seal,
  runtime: Runtime,
  onProblem: (error: unknown) => void,
): Promise<Published> {
  const tenants = new Map<string, Tenant>();
  let callers = new Map<string, Caller>();
  let isCurrent = true;

  async function refreshNow(): Promise<void> {
    const versions = await loadConfigVersions(db);
    const listed = new Set(versions.map((row) => row.tenant_id));
    let hasChanged = false;
    for (const tenantId of tenants.keys()) {
      if (!listed.has(tenantId)) hasChanged = tenants.delete(tenantId) || hasChanged;
    }
    for (const { tenant_id, config_version } of versions) {
      if (tenants.get(tenant_id)?.configVersion === config_version) continue;
      const tenant = await readTenant(db, seal, tenant_id);
      if (tenant !== undefined) tenants.set(tenant_id, tenant);
      hasChanged = true;
    }
    if (hasChanged) callers = callersOf(tenants.values());
  }

  // Refreshes run one after another; one that starts while another runs waits for it and then looks again.
  let last: Promise<void> = Promise.resolve();
  function refresh(): Promise<void> {
    last = last.catch(() => undefined).then(refreshNow);
    return last.then(
      () => {
        isCurrent = true;
      },
      (error: unknown) => {
        isCurrent = false;
        throw error;
      },
    );
  }

  await refresh();
  const refreshInBackground = () => refresh().catch(onProblem);
  await db.listen(configChannel, () => void refreshInBackground());
  const stopPolling = runtime.timers.every(pollMs, refreshInBackground);

  return {
    tenant: (tenantId) => tenants.get(tenantId),
    callerByKey: (apiKey) => callers.get(sha256(apiKey).toString('base64')),
    refresh,
    status: () => ({ isCurrent }),
    stop: stopPolling,
  };
}

function callersOf(tenants: Iterable<Tenant>): Map<string, Caller> {
  const callers = new Map<string, Caller>();
  for (const tenant of tenants) {
    for (const { digest, keyId, kind } of tenant.apiKeys) callers.set(digest, { tenant, keyId, kind });
  }
  return callers;
}

async function readTenant(db: Database, seal: Seal, tenantId: string): Promise<Tenant | undefined> {
  const row = await loadTenant(db, tenantId);
  if (row === undefined) return undefined;
  const root = secretKey(seal.open(row.root_key_sealed, rootKeyPlace(tenantId)));
  const authenticatorConfigurations = await loadAuthenticatorConfigurations(db, tenantId);
  const actionConfigurations = await loadActionConfigurations(db, tenantId);
  const keys = await listApiKeys(db, tenantId);
  return {
    tenantId,
    name: row.name,
    configVersion: row.config_version,
    settings: { ...defaultSettings, ...row.settings },
    tokenKey: deriveKey(root, 'action-token', tenantId),
    pepper: deriveKey(root, 'recovery-code-pepper', tenantId),
    authenticatorConfigurations,
    activeMethods: authenticatorConfigurations
      .filter((configuration) => configuration.is_active)
      .map((configuration) => configuration.verification_method),
    actionConfigurations: new Map(
      actionConfigurations.map((configuration) => [configuration.action_code, configuration]),
    ),
    sessionSigningKeys: await loadSessionSigningKeys(db, tenantId),
    apiKeys: keys
      .filter((key) => key.revoked_at === null)
      .map((key) => ({ digest: key.digest.toString('base64'), keyId: key.key_id, kind: key.kind })),
  };
}

/** Where a tenant's root key is sealed. */
export function rootKeyPlace(tenantId: string) {
  return { tenantId, table: 'tenants', row: tenantId, column: 'root_key_sealed' };
}
