import { Refusal } from '../../contract/errors.ts';
import type { AppAttestationStatement } from '../../contract/client/app-credentials.ts';
import type { Route } from '../../contract/route.ts';
import type { AttestationResult } from '../../methods/method.ts';
import { sha256 } from '../../runtime/crypto.ts';
import { lockActionState, recordActionState } from '../../storage/queries/actions/actions.ts';
import { spendAppStatement } from '../../storage/queries/challenges/signing-messages.ts';
import type { AppStatement } from '../../storage/queries/authenticators.ts';
import { lockUser } from '../../storage/queries/users.ts';
import type { Context } from '../../calls/context.ts';
import type { TokenRequest } from '../../calls/request.ts';
import { methodSettings } from '../../configuring/method-settings.ts';
import { openSecrets } from '../../configuring/method-secrets.ts';
import type { OpenAction } from '../open-action.ts';
import { appKeysOf, recordAppRefusal } from './app-keys.ts';
import { nonceMs, openNonces } from './attestation-nonce.ts';

/** What is stored with a registration about the statement that came with it. */
export interface AppAttestation {
  readonly provider: string;
  readonly isGenuine: boolean;
  readonly why?: string;
}

/**
 * Checks the statement that an app is genuine, if there is one. If the tenant requires one and none counts, the app is
 * refused and the action blocked, or the failure is stored with the registration, as the tenant has chosen. A statement
 * that nobody could check, because the tenant has not configured how, is stored too. Nothing if nothing was sent and nothing
 * is required.
 * @throws {Refusal} `invalid_credential`
 */
export async function attestApp(
  context: Context,
  request: TokenRequest<Route>,
  action: OpenAction,
  method: string,
  statement: AppAttestationStatement | undefined,
): Promise<{ readonly attestation?: AppAttestation; readonly unchecked?: AppStatement }> {
  const settings = methodSettings(action.tenant, method);
  const isRequired = settings['requireAppAttestation'] === true;
  if (statement === undefined && !isRequired) return {};
  const result = statement === undefined ? undefined : await check(context, action, method, statement);
  const provider = statement?.provider ?? 'NONE';
  if (result?.isGenuine === true) return { attestation: { provider, isGenuine: true } };
  const why = result?.why ?? 'absent';
  if (!isRequired || settings['appAttestationFailureMode'] === 'ALLOW_WITH_WARNING') {
    const attestation = { provider, isGenuine: false, why };
    if (statement === undefined || why !== 'unconfigured') return { attestation };
    return { attestation, unchecked: uncheckedOf(context, action, statement) };
  }
  await block(context, action);
  await recordAppRefusal(context, request, action.key.userId, method, 'attestation');
  throw new Refusal('invalid_credential', 'The app could not be shown to be genuine.');
}

function uncheckedOf(
  { runtime }: Context,
  { tenant, token }: OpenAction,
  { provider, token: sent, keyId }: AppAttestationStatement,
): AppStatement {
  const nowMs = runtime.clock.now();
  return {
    provider,
    token: sent,
    ...(keyId === undefined ? {} : { keyId }),
    nonces: openNonces(tenant, token.actionId, nowMs),
    receivedAt: new Date(nowMs).toISOString(),
  };
}

async function check(
  context: Context,
  { tenant, token, key }: OpenAction,
  method: string,
  statement: AppAttestationStatement,
): Promise<AttestationResult> {
  const { db, runtime } = context;
  const nowMs = runtime.clock.now();
  const row = tenant.authenticatorConfigurations.find(({ verificationMethod }) => verificationMethod === method);
  if (row === undefined) return { isGenuine: false, why: 'unconfigured' };
  const result = await appKeysOf(method).attest(statement, {
    settings: row.settings,
    secrets: openSecrets(context, tenant.tenantId, row)['playIntegrityCredentials'] ?? {},
    nonces: openNonces(tenant, token.actionId, nowMs),
    nowMs,
  });
  if (!result.isGenuine) return result;
  // A statement counts once.
  const isFirst = await spendAppStatement(db, tenant.tenantId, {
    challengeId: runtime.ids.uuid(),
    digest: sha256(statement.token),
    userId: key.userId,
    nowMs,
    expiresAtMs: nowMs + 2 * nonceMs,
  });
  return isFirst ? result : { isGenuine: false, why: 'nonce' };
}

/** Ends the action, unless someone else has decided it (ruling 36). */
async function block({ db, runtime }: Context, { key, token }: OpenAction): Promise<void> {
  await db.transaction(async (sql) => {
    await lockUser(sql, key.tenantId, key.userId);
    const state = await lockActionState(sql, key, token.actionId);
    if (state !== 'ALLOW' && state !== 'CHALLENGE_REQUIRED') return;
    await recordActionState(sql, key, { state: 'BLOCK', nowMs: runtime.clock.now(), moveId: runtime.ids.uuid() });
  });
}
