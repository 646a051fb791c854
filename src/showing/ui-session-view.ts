/** Everything that the pages show, from the token's action, its user and its tenant. */
import type { UiSession } from '../contract/client/ui-session.ts';
import { userActionState } from '../contract/values.ts';
import { chooseTemplate, fillMessage } from '../core/actions/fill-message.ts';
import { labelAction } from '../core/actions/label-action.ts';
import { isVerified } from '../core/is-verified.ts';
import { isE164 } from '../core/authenticators/is-e164.ts';
import { maskEmail, maskPhoneNumber } from '../core/authenticators/mask-contact.ts';
import { codeLength } from '../proving/challenge-code.ts';
import { guessWaits } from '../proving/guess-waits.ts';
import { readAction } from '../proving/open-action.ts';
import type { OpenAction } from '../proving/open-action.ts';
import {
  countingScopes,
  isCancellable,
  isPermitted,
  permitEnrolment,
  permitProof,
  permitRecoverySet,
} from '../proving/permit.ts';
import { rememberingOffer } from '../proving/remember-device.ts';
import type { Tenant } from '../storage/published.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { loadUiSession } from '../storage/queries/ui-sessions.ts';
import type { UiSessionRow } from '../storage/queries/ui-sessions.ts';
import { pageTexts } from '../texts/languages.ts';
import { choosePageLocale } from '../texts/page-locale.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import { webOrigins } from '../configuring/expected-origins.ts';
import { isEditable, methodSettings } from '../configuring/method-settings.ts';
import { usesRecoveryCodes } from '../proving/new-recovery-codes.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import type { Context } from '../calls/context.ts';
import type { TokenCaller } from '../calls/caller.ts';
import { distinctMethods, wireTime } from '../views/wire-values.ts';
import { manifestOf, pageFlags } from '../methods/manifests.ts';
import type { PageFlagName } from '../methods/manifests.ts';
import { methods } from '../methods/registry.ts';
import { challengeMethods, defaultMethod, enrolmentMethods } from '../proving/offered-methods.ts';
import { ownAuthenticatorView } from '../views/own-authenticator-view.ts';
import { keptBecause } from '../proving/own-authenticator.ts';
import { callingCodes } from '../enrichment/phone-numbers.ts';
import { numberEntriesOf } from './number-entries.ts';
import { isInPlaceOf, sentMessageView } from '../views/sent-message.ts';

// How often a passkey is offered if the tenant has not set it, in days: often enough to be found, without nagging.
const promptIntervalDays = 30;

/** Who looks at the page, as far as it decides what they are shown first. */
interface Visitor {
  /** Best first. */
  readonly wishedLocales: readonly (string | undefined)[];
  readonly ipAddress: string;
}

/** @throws {Refusal} `invalid_token` if the action is gone */
export async function uiSessionView(
  context: Context,
  caller: TokenCaller,
  { wishedLocales, ipAddress }: Visitor,
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
  const { recoveryCodesLeft: codesLeft, recoveryCodeUsedAt: codeUsedAt } = more;
  const usable = challengeMethods(action, waitOf, { hasRecoveryCodes: hasCodes(more) });
  const enrollable = enrolmentMethods(action);
  const numberEntries = numberEntriesOf(context, action, { locale, wishedLocales, ipAddress });
  const isRecoveryOffered = usesRecoveryCodes(tenant);
  return omitAbsent({
    tenant: pageTenant(tenant, more.theme),
    locale,
    texts: textsOf(locale, more.messageOverrides),
    action: omitAbsent({
      actionCode: token.actionCode,
      state: userActionState.parse(row.state),
      message: messageOf(more, locale),
      label: labelAction(token.actionCode),
      redirectUrl: row.redirectUrl ?? undefined,
      redirectToSettings: row.redirectToSettings,
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
    // Only for callers who may enrol an address of their choice anyway: it tells them nothing that they could not set.
    enrolmentEmail:
      enrollable.some((method) => manifestOf(method)?.channel === 'email') && row.email !== null
        ? row.email
        : undefined,
    enrolmentPhoneNumber:
      numberEntries.length > 0 && row.phoneNumber !== null && isE164(row.phoneNumber) ? row.phoneNumber : undefined,
    numberEntries,
    callingCodes: numberEntries.length > 0 ? { ...callingCodes() } : undefined,
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
    rememberDevice: rememberingOffer(action, more.rememberDevice),
    options: {
      codeLength: codeLength(tenant, 'EMAIL_OTP'),
      ...flagsOf(tenant),
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

/** All texts, with the tenant's own in place of ours. */
export function textsOf(locale: PageLocale, overrides: UiSessionRow['messageOverrides']): Record<string, string> {
  return { ...pageTexts[locale], ...overrides[locale] };
}

/**
 * The tenant's own text for what is being confirmed, in the language or the closest to it; undefined if there is none.
 */
export function messageOf(
  {
    messagingTemplates,
    actionCustom,
    userCustom,
  }: Pick<UiSessionRow, 'messagingTemplates' | 'actionCustom' | 'userCustom'>,
  locale: PageLocale,
): string | undefined {
  const template = chooseTemplate(messagingTemplates, locale);
  if (template === undefined) return undefined;
  return fillMessage(template, { action: actionCustom ?? {}, user: userCustom ?? {} });
}

function timeOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : wireTime(timeMs);
}

/** The settings of the tenant's methods that their pages depend on. */
export function flagsOf(tenant: Tenant): Record<PageFlagName, boolean> {
  const isSet = ({ verificationMethod, setting }: (typeof pageFlags)[number]) =>
    methodSettings(tenant, verificationMethod)[setting] === true;
  return Object.fromEntries(pageFlags.map((flag) => [flag.name, isSet(flag)])) as Record<PageFlagName, boolean>;
}

/** One message per method and purpose, if its contact is unchanged and it may be answered now. */
function sentMessages(action: OpenAction, { openMessages: messages }: UiSessionRow): UiSession['sent'] {
  const { row, token, nowMs } = action;
  return messages.flatMap((message) => {
    const { verificationMethod: method, purpose } = message;
    const isEnrolment = purpose === 'registration';
    const owner = row.authenticators.find((own) => own.authenticatorId === message.authenticatorId);
    const isPresent = owner !== undefined && isVerified(owner) !== isEnrolment;
    const wanted = owner && { verificationMethod: method, purpose, contact: owner, token };
    if (message.isOut || !isPresent || wanted === undefined || !isInPlaceOf(message, wanted)) return [];
    if (!isPermitted(() => (isEnrolment ? permitEnrolment : permitProof)(action, method))) return [];
    const [verificationMethod] = distinctMethods([method]);
    if (verificationMethod === undefined) return [];
    return { verificationMethod, isEnrolment, ...sentMessageView(message, nowMs) };
  });
}

function identifierOf({ verified }: OpenAction, method: string): string | undefined {
  const own = verified.find(({ verificationMethod }) => verificationMethod === method);
  if (own === undefined) return undefined;
  if (own.email !== null) return maskEmail(own.email);
  return own.phoneNumber === null ? undefined : maskPhoneNumber(own.phoneNumber);
}

/** How many digits the codes of the user's app have; an imported one may make longer ones. */
function appDigits({ verified }: OpenAction, method: string): number | undefined {
  const own = verified.find(({ verificationMethod }) => verificationMethod === method);
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
    ...ownAuthenticatorView(context, authenticator, row.defaultAuthenticatorId),
    isEditable: isEditable(tenant, authenticator.verificationMethod),
    isRemovable: why === undefined,
    isCancellable: why === undefined && isCancellable(action, authenticator),
    ...(why === 'last-authenticator' || why === 'last-passkey' ? { isLastOf: lastOf[why] } : {}),
  };
}

// The reasons for keeping an authenticator that its user can resolve, by adding another.
const lastOf = { 'last-authenticator': 'authenticators', 'last-passkey': 'passkeys' } as const;

/**
 * Whether the tenant wants passkeys offered after a proof, and the user could still verify if they lost the passkey.
 */
function isPasskeyOffered(action: OpenAction, row: UiSessionRow): boolean {
  const isAsked = action.demand.promptToEnrollVerificationMethods?.includes('PASSKEY') === true;
  const hasOther = hasCodes(row) || action.verified.some(({ verificationMethod }) => verificationMethod !== 'PASSKEY');
  return hasOther && (isAsked || methodSettings(action.tenant, 'PASSKEY')['disableEnrollmentPrompt'] !== true);
}

function hasCodes({ recoveryCodesLeft: left }: UiSessionRow): boolean {
  return left !== null && left > 0;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
