/** The configuration of each method at its own path, with the same four operations. */
import type { z } from 'zod';
import { Refusal } from '../../contract/errors.ts';
import {
  emailOtpConfiguration,
  inAppConfiguration,
  passkeyConfiguration,
  pushConfiguration,
  qrCodeConfiguration,
  smsConfiguration,
  whatsAppConfiguration,
} from '../../contract/management/authenticator-configurations.ts';
import type { success } from '../../contract/management/values.ts';
import type { JsonReply, Route } from '../../contract/route.ts';
import type { VerificationMethod } from '../../contract/values.ts';
import { manifestOf } from '../../methods/manifests.ts';
import { deleteAuthenticatorConfigurationRow } from '../../storage/queries/authenticator-configurations.ts';
import type { AuthenticatorConfigurationRow } from '../../storage/queries/authenticator-configurations.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import type { Operation } from '../operation.ts';
import { maskedConfiguration, openMembers } from '../../configuring/authenticator-configuration-views.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { requireCredentials, concernsProvider, providerSetting } from '../../configuring/configure-method.ts';
import { findMethod, loadMethod } from '../../configuring/find-method.ts';
import { openSecrets } from '../../configuring/method-secrets.ts';
import { saveMethod } from '../../configuring/save-method.ts';
import type { Tenant } from '../../storage/published.ts';
import { callbackUrls } from '../../telling/callback-urls.ts';

type MethodRoute<Answer extends z.ZodType> = Route<
  z.ZodType,
  z.ZodType,
  z.ZodType,
  JsonReply<Answer>,
  'managementKey' | 'operatorSession'
>;
interface MethodRoutes {
  readonly create: MethodRoute<z.ZodType>;
  readonly get: MethodRoute<z.ZodType>;
  readonly update: MethodRoute<z.ZodType>;
  readonly remove: MethodRoute<typeof success>;
}

function methodOperations(method: VerificationMethod, name: string, routes: MethodRoutes): readonly Operation[] {
  const isMethod = (row: AuthenticatorConfigurationRow) => row.verificationMethod === method;

  const create = operation(routes.create, async (context, request) => {
    const { tenantId } = request.caller.tenant;
    return changeConfiguration(context, routes.create, request, async (sql) => {
      const stored = await loadMethod(sql, tenantId, isMethod);
      if (stored !== undefined && isConfigured(stored)) {
        throw new Refusal('resource_already_exists', `A ${name} configuration already exists.`);
      }
      const blank = stored ?? {
        authenticatorId: context.runtime.ids.uuid(),
        verificationMethod: method,
        settings: {},
        secretsSealed: null,
      };
      const sent = request.body as Readonly<Record<string, unknown>>;
      const { saved, after } = await saveMethod(sql, context, tenantId, { ...blank, isActive: true }, sent, (result) =>
        requireCredentials(method, result),
      );
      return { before: undefined, after, answer: view(routes, context, request.caller.tenant, saved) };
    });
  });

  const get = operation(routes.get, async (context, { caller: { tenant } }) =>
    view(routes, context, tenant, await findMethod(context.db, tenant.tenantId, isMethod)),
  );

  const update = operation(routes.update, async (context, request) => {
    const { tenantId } = request.caller.tenant;
    return changeConfiguration(context, routes.update, request, async (sql) => {
      const row = await findMethod(sql, tenantId, isMethod);
      const sent = request.body as Readonly<Record<string, unknown>>;
      const { saved, before, after } = await saveMethod(sql, context, tenantId, row, sent, (result) => {
        // A configuration that the older API has stored without credentials can still be disabled here.
        if (concernsProvider(method, sent)) requireCredentials(method, result);
      });
      return { before, after, answer: view(routes, context, request.caller.tenant, saved) };
    });
  });

  const remove = operation(routes.remove, async (context, request) => {
    const { tenantId } = request.caller.tenant;
    return changeConfiguration(context, routes.remove, request, async (sql) => {
      const row = await findMethod(sql, tenantId, isMethod);
      await deleteAuthenticatorConfigurationRow(sql, tenantId, row.authenticatorId);
      const before = maskedConfiguration(row, openSecrets(context, tenantId, row));
      return { before, after: undefined, answer: { success: true } as const };
    });
  });

  return [create, get, update, remove];
}

/**
 * Whether a method has been configured. A new tenant's methods are enabled without a configuration. Creating one fills
 * it in, so that Terraform can begin on a fresh install; if one was created before, that is a conflict.
 */
function isConfigured({ verificationMethod: method, settings }: AuthenticatorConfigurationRow): boolean {
  // Methods that are not enabled at first have no row until they are configured.
  if (manifestOf(method)?.isOnAtFirst !== true && providerSetting(method) === undefined) return true;
  return (providerSetting(method) ?? 'relyingParty') in settings;
}

/**
 * The members of the configuration that the route declares. A passkey's relying party is this server's host until
 * another is set.
 */
function view(
  { get: { reply } }: MethodRoutes,
  context: Context,
  tenant: Tenant,
  row: AuthenticatorConfigurationRow,
): unknown {
  const { hostname, origin } = new URL(context.publicUrl);
  const shown = { relyingParty: hostname, expectedOrigins: [origin], ...openMembers(row) };
  return reply.schema.parse({ ...shown, ...callbackUrls(context, tenant, row) });
}

export const methodConfigurations: readonly Operation[] = [
  ...methodOperations('SMS', 'SMS OTP', smsConfiguration),
  ...methodOperations('WHATSAPP', 'WhatsApp', whatsAppConfiguration),
  ...methodOperations('EMAIL_OTP', 'email OTP', emailOtpConfiguration),
  ...methodOperations('PASSKEY', 'passkey', passkeyConfiguration),
  ...methodOperations('PUSH', 'push', pushConfiguration),
  ...methodOperations('QR_CODE', 'QR code', qrCodeConfiguration),
  ...methodOperations('IN_APP', 'in-app', inAppConfiguration),
];
