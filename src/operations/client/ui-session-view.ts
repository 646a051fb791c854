/** Everything that the pages show, put together from what the token's action, its user and its tenant are. */
import type { UiSession } from '../../contract/client/ui-session.ts';
import { userActionState } from '../../contract/values.ts';
import { fillMessage } from '../../core/actions/fill-message.ts';
import { labelAction } from '../../core/actions/label-action.ts';
import { maskEmail } from '../../core/authenticators/mask-contact.ts';
import { codeLength } from '../../proving/challenge-code.ts';
import { guessWaits } from '../../proving/guess-waits.ts';
import { readAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import {
  countingScopes,
  isCancellable,
  isPermitted,
  permitEnrolment,
  permitProof,
  permitRecoverySet,
} from '../../proving/permit.ts';
import type { Tenant } from '../../storage/published.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { loadUiSession } from '../../storage/queries/ui-sessions.ts';
import type { UiSessionRow } from '../../storage/queries/ui-sessions.ts';
import { pageTexts } from '../../texts/languages.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import type { PageLocale } from '../../texts/page-locale.ts';
import { webOrigins } from '../expected-origins.ts';
import { isEditable, methodSettings } from '../method-settings.ts';
import { usesRecoveryCodes } from '../new-recovery-codes.ts';
import { omitAbsent } from '../omit-absent.ts';
import type { Context, TokenCaller } from '../operation.ts';
import { distinctMethods, wireTime } from '../wire-values.ts';
import { methods } from '../../methods/registry.ts';
import { challengeMethods, defaultMethod, enrolmentMethods } from './offered-methods.ts';
import { ownAuthenticatorView } from './own-authenticator-view.ts';
import { keptBecause } from './own-authenticator.ts';
import { isInPlaceOf, sentMessageView } from './sent-message.ts';

// Where the tenant has not set how often a passkey is offered, in days: often enough to be found, not a nag.
const promptIntervalDays = 30;

/** @throws {Refusal} `invalid_token` if the action is gone */
export async function uiSessionView(
  context: Context,
  caller: TokenCaller,
  wishedLocales: readonly (string | undefined)[],
): Promise<UiSession> {
  const action = await readAction(context, caller);
  const [more, waitOf] = await Promise.all([
    loadUiSession(context.db, action.key, action.nowMs),
    guessWaits(context, action),
  ]);
  if (more === undefined) throw new Error('The action of a token was deleted while it was read.');
  const { tenant, row } = action;
  const { token } = caller;
  const { settings } = tenant;
  const locale = choosePageLocale([row.locale, ...wishedLocales]);
  const { recovery_codes_left: codesLeft, recovery_code_used_at: codeUsedAt } = more;
  const usable = challengeMethods(action, hasCodes(more), waitOf);
  const enrollable = enrolmentMethods(action);
  const isRecoveryOffered = usesRecoveryCodes(tenant);
  return omitAbsent({
    tenant: pageTenant(tenant, more.theme),
    locale,
    texts: textsOf(locale, more.message_overrides),
    action: omitAbsent({
      actionCode: token.actionCode,
      state: userActionState.parse(row.state),
      message: messageOf(more, locale),
      label: labelAction(token.actionCode),
      redirectUrl: row.redirect_url ?? undefined,
      redirectToSettings: row.redirect_to_settings,
    }),
    expiresAt: wireTime(token.expiresAt * 1000),
    scopes: [...countingScopes(action)],
    isEnrolled: action.verified.length > 0,
    defaultMethod: defaultMethod(action, usable),
    challengeMethods: usable.map((method) =>
      omitAbsent({
        verificationMethod: method,
        identifier: identifierOf(action, method),
        isHidden: methodSettings(action.tenant, method)['isHiddenToUser'] === true,
        retryAt: timeOf(waitOf(method).untilMs),
        codeLength: appDigits(action, method),
      }),
    ),
    enrolmentMethods: enrollable.map((method) => ({ verificationMethod: method })),
    authenticators: action.verified.map((authenticator) => listed(context, action, authenticator)),
    sent: sentMessages(action, more),
    // Only for whoever may enrol an address of their choice anyway: it tells them nothing that they could not set.
    enrolmentEmail:
      enrollable.some((method) => method.startsWith('EMAIL')) && row.email !== null ? row.email : undefined,
    recoveryCodes: omitAbsent({
      canRegenerate: isRecoveryOffered && isPermitted(() => permitRecoverySet(action, codesLeft !== null)),
      isShownOnEnrolment: isRecoveryOffered && !settings.hideRecoveryCodesOnEnrollment,
      left: codesLeft ?? undefined,
      lastUsedAt: codeUsedAt === null ? undefined : wireTime(codeUsedAt),
    }),
    passkeyPrompt: {
      isDue: enrollable.includes('PASSKEY') && isPasskeyOffered(action, more),
      intervalDays:
        numberOf(methodSettings(action.tenant, 'PASSKEY')['enrollmentPromptInterval']) ?? promptIntervalDays,
    },
    options: {
      codeLength: codeLength(tenant, 'EMAIL_OTP'),
      showEmailDeliveryTimeWarning: methodSettings(action.tenant, 'EMAIL_OTP')['showEmailDeliveryTimeWarning'] === true,
      hideTotpAppDownload: methodSettings(action.tenant, 'AUTHENTICATOR_APP')['hideTotpAppDownloadScreen'] === true,
      askForEmail: methodSettings(action.tenant, 'EMAIL_OTP')['dontSkipEnrollmentInputScreen'] === true,
      hideSuccessOnEnrolment: settings.hideSuccessScreenOnEnrollment,
      hideWatermark: settings.hideAuthsignalLogo,
      redirectOnExpiry: settings.redirectOnSessionExpiry,
    },
    expectedOrigins: [...webOrigins(context, tenant)],
    expectsLocalhost: context.isDevelopment,
  });
}

/** The tenant as its pages show it. */
export function pageTenant({ tenantId, name }: Tenant, theme: UiSessionRow['theme']): UiSession['tenant'] {
  return { tenantId, name, theme: { darkMode: {}, ...theme, name } };
}

/** Every sentence, the tenant's own over ours. */
export function textsOf(locale: PageLocale, overrides: UiSessionRow['message_overrides']): Record<string, string> {
  return { ...pageTexts[locale], ...overrides[locale] };
}

/** The tenant's own words for what is being confirmed, in the language or the nearest to it; undefined where it has none. */
export function messageOf(
  {
    messaging_templates,
    action_custom,
    user_custom,
  }: Pick<UiSessionRow, 'messaging_templates' | 'action_custom' | 'user_custom'>,
  locale: PageLocale,
): string | undefined {
  const templates = Object.entries(messaging_templates ?? {});
  const of = (wish: string) => templates.find(([tag]) => tag.toLowerCase() === wish)?.[1].defaultTemplate;
  const template = of(locale) ?? of(locale.slice(0, 2)) ?? of('en');
  if (template === undefined) return undefined;
  return fillMessage(template, { action: action_custom ?? {}, user: user_custom ?? {} });
}

function timeOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : wireTime(timeMs);
}

/** One message of each method and purpose, whose contact is as it was, where it may be answered now. */
function sentMessages(action: OpenAction, { open_messages: messages }: UiSessionRow): UiSession['sent'] {
  const { row, token, nowMs } = action;
  return messages.flatMap((message) => {
    const { verification_method: method, purpose } = message;
    const isEnrolment = purpose === 'registration';
    const owner = row.authenticators.find((own) => own.authenticator_id === message.authenticator_id);
    const isPresent = owner !== undefined && (owner.verified_at === null) === isEnrolment;
    const wanted = owner && { verification_method: method, purpose, contact: owner, token };
    if (message.is_out || !isPresent || wanted === undefined || !isInPlaceOf(message, wanted)) return [];
    if (!isPermitted(() => (isEnrolment ? permitEnrolment : permitProof)(action, method))) return [];
    const [verificationMethod] = distinctMethods([method]);
    if (verificationMethod === undefined) return [];
    return { verificationMethod, isEnrolment, ...sentMessageView(message, nowMs) };
  });
}

function identifierOf({ verified }: OpenAction, method: string): string | undefined {
  const own = verified.find(({ verification_method }) => verification_method === method);
  return own?.email === null || own?.email === undefined ? undefined : maskEmail(own.email);
}

/** How many digits the codes of the user's app have; an imported one may make longer ones. */
function appDigits({ verified }: OpenAction, method: string): number | undefined {
  const own = verified.find(({ verification_method }) => verification_method === method);
  return own && methods.get(method)?.counterCodes?.digitsOf(own.state);
}

function listed(
  context: Context,
  action: OpenAction,
  authenticator: AuthenticatorRow,
): UiSession['authenticators'][number] {
  const { tenant, verified, row, nowMs } = action;
  const why = keptBecause(tenant, verified, authenticator, nowMs);
  return {
    ...ownAuthenticatorView(context, authenticator, row.default_authenticator_id),
    isEditable: isEditable(tenant, authenticator.verification_method),
    isRemovable: why === undefined,
    isCancellable: why === undefined && isCancellable(action, authenticator),
    ...(why === 'last-authenticator' || why === 'last-passkey' ? { isLastOf: lastOf[why] } : {}),
  };
}

// What an authenticator is kept for that its user could do something about: add another.
const lastOf = { 'last-authenticator': 'authenticators', 'last-passkey': 'passkeys' } as const;

/** Whether the tenant wants passkeys offered after a proof, and the user could get in without one if they lost it. */
function isPasskeyOffered(action: OpenAction, row: UiSessionRow): boolean {
  const isAsked = action.demand.promptToEnrollVerificationMethods?.includes('PASSKEY') === true;
  const hasOther =
    hasCodes(row) || action.verified.some(({ verification_method }) => verification_method !== 'PASSKEY');
  return hasOther && (isAsked || methodSettings(action.tenant, 'PASSKEY')['disableEnrollmentPrompt'] !== true);
}

function hasCodes({ recovery_codes_left: left }: UiSessionRow): boolean {
  return left !== null && left > 0;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
