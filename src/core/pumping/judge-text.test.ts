/** Worry: a verdict is milder than its reasons, or a stranger passes for somebody known. */
import { describe, expect, test } from 'vitest';
import { isHeldBack, judgeText } from './judge-text.ts';
import type { TextFacts } from './judge-text.ts';
import { pumpingDefaults, pumpingSettingsOf } from './pumping-settings.ts';
import type { PumpingSettings } from './pumping-settings.ts';

const settings: PumpingSettings = { ...pumpingDefaults, countryCodes: ['PT'] };
const quiet: TextFacts = {
  phoneNumber: '+351912345678',
  countryCode: 'PT',
  numberType: 'MOBILE',
  reachedLimit: undefined,
  number: { hasVerified: false, unanswered: 0 },
  range: { sent: 0, entered: 0, unansweredNow: 0, enteredBefore: 0 },
  country: { hour: { asked: 0, entered: 0 }, day: { asked: 0, entered: 0 } },
  tenantSent: 0,
};
const badly = { asked: 50, entered: 24 };
const well = { asked: 50, entered: 25 };
const waiting = { sent: 1, entered: 0, unansweredNow: 1, enteredBefore: 0 };
const closed = { sent: 5, entered: 0, unansweredNow: 0, enteredBefore: 9 };
const attacked = { country: { hour: badly, day: badly }, range: waiting };
const verified = { hasVerified: true, unanswered: 4 };

test.each<[string, string, Partial<TextFacts>, Partial<PumpingSettings>?]>([
  ['a quiet country and range', 'within_limits', {}],
  ['a country that is not chosen', 'country', { countryCode: 'ES' }],
  ['no country', 'country', { countryCode: null }],
  ['no country chosen', 'country', {}, { countryCodes: [] }],
  ['a premium number', 'number_type', { numberType: 'PREMIUM_RATE' }],
  ['a number that no operator has', 'number_type', { numberType: 'UNKNOWN' }],
  ['a type that the tenant permits', 'within_limits', { numberType: 'VOIP' }, { numberTypes: ['VOIP'] }],
  ['a limit that is reached', 'address_limit', { reachedLimit: 'address_limit' }],
  ['a limit, also for a number that verified', 'user_limit', { reachedLimit: 'user_limit', number: verified }],
  ['as many as a tenant may send', 'tenant_limit', { tenantSent: 5_000 }],
  ['an open range', 'range_breaker', { range: closed }],
  ['a range with too few sends to judge', 'within_limits', { range: { ...closed, sent: 4 } }],
  ['a range where enough was entered', 'within_limits', { range: { ...closed, entered: 1 } }],
  ['an open country whose range waits', 'country_breaker', attacked],
  [
    'a country that is open for the hour alone',
    'country_breaker',
    { ...attacked, country: { hour: badly, day: well } },
  ],
  ['a country that is open for the day alone', 'country_breaker', { ...attacked, country: { hour: well, day: badly } }],
  ['an open country whose range is fresh', 'within_limits', { ...attacked, range: quiet.range }],
  ['one whose range was answered', 'within_limits', { ...attacked, range: { ...waiting, entered: 1 } }],
  ['a healthy country whose range waits', 'within_limits', { ...attacked, country: { hour: well, day: well } }],
  [
    'one with too few asked to judge',
    'within_limits',
    { ...attacked, country: { hour: { asked: 49, entered: 0 }, day: well } },
  ],
  [
    'a range with a past, within ten minutes',
    'country_breaker',
    { ...attacked, range: { ...waiting, enteredBefore: 3 } },
  ],
  ['the same later', 'within_limits', { ...attacked, range: { ...waiting, unansweredNow: 0, enteredBefore: 3 } }],
  [
    'one with hardly a past',
    'country_breaker',
    { ...attacked, range: { ...waiting, unansweredNow: 0, enteredBefore: 2 } },
  ],
  ['a number that verified, in an attack', 'verified_number', { ...attacked, number: verified }],
  [
    'one that verified and stopped answering',
    'country_breaker',
    { ...attacked, number: { ...verified, unanswered: 5 } },
  ],
  ['a safe beginning, in an attack', 'safe_number', { ...attacked }, { safeNumbers: ['+35191'] }],
  ['a safe number of a country that is not chosen', 'country', { countryCode: 'ES' }, { safeNumbers: ['+'] }],
  [
    'breakers that never open',
    'within_limits',
    { ...attacked, range: { ...closed, ...waiting } },
    {
      countryBreaker: { sendsMin: 1, shareMin: 0 },
      rangeBreaker: { sendsMin: 1, shareMin: 0 },
    },
  ],
])('A26: %s: %s', (_situation, reason, facts, own = {}) => {
  const verdict = judgeText({ ...settings, ...own }, { ...quiet, ...facts });
  expect(verdict.reason).toBe(reason);
  expect(verdict.isRefused).toBe(!['within_limits', 'verified_number', 'safe_number'].includes(reason));
});

describe('A26: while a tenant only monitors', () => {
  const monitor: PumpingSettings = { ...settings, mode: 'monitor' };
  test.each([
    ['country', false],
    ['country_breaker', false],
    ['address_limit', false],
    ['number_limit', true],
    ['user_limit', false],
    ['range_limit', false],
    ['tenant_limit', false],
  ] as const)('what exceeds %s is held back: %s', (reason, isBack) => {
    expect(isHeldBack(monitor, { isRefused: true, reason })).toBe(isBack);
    expect(isHeldBack(settings, { isRefused: true, reason })).toBe(true);
  });
});

test('A26: a person in a country that is not served is not flooded either while a tenant only monitors', () => {
  const monitor: PumpingSettings = { ...settings, mode: 'monitor' };
  const facts = { ...quiet, countryCode: 'ZW', reachedLimit: 'number_limit' } as const;
  expect(judgeText(monitor, facts)).toEqual({ isRefused: true, reason: 'number_limit' });
  expect(judgeText(settings, facts)).toEqual({ isRefused: true, reason: 'country' });
});

describe('settings', () => {
  const of = (sms: object, whatsapp: object = {}, method = 'WHATSAPP') =>
    pumpingSettingsOf(
      [
        { verificationMethod: 'SMS', settings: { ...sms } },
        { verificationMethod: 'WHATSAPP', settings: { ...whatsapp } },
      ],
      method,
    );

  test('I5: what is stored and cannot be read permits no more than the defaults', () => {
    const broken = {
      smsCountryCodes: 'PT',
      sendingRateLimitConfigurations: [{ rateLimit: '9', windowInMinutes: 1 }],
      prefixRateLimitConfigurations: 7,
      pumpingProtection: { mode: 'off', numberTypes: ['ANY'], rangeLimit: 9, hourlyMax: NaN, countryBreaker: null },
    };
    expect(of(broken, {}, 'SMS')).toEqual({ ...pumpingDefaults, numberTypes: [] });
    expect(pumpingSettingsOf([], 'SMS')).toEqual(pumpingDefaults);
  });

  test('of WhatsApp are its own where they are set, otherwise those of SMS, but for the limits of persons', () => {
    const sms = { smsCountryCodes: ['PT'], sendingRateLimitConfigurations: [{ rateLimit: 1, windowInMinutes: 1 }] };
    expect(of({ ...sms, pumpingProtection: { refusal: 'silent' } })).toEqual({ ...settings, refusal: 'silent' });
    expect(of(sms, { smsCountryCodes: ['ES'] }).countryCodes).toEqual(['ES']);
  });
});
