import type { PageTextId } from '../../texts/page-texts.ts';
import type { IconName } from './icons.tsx';

/** How a method is drawn and named in lists, whether or not it has screens of its own. */
export interface MethodLook {
  readonly icon: IconName;
  readonly name: PageTextId;
  readonly hint?: PageTextId;
}

const looks: Readonly<Record<string, MethodLook>> = {
  PASSKEY: { icon: 'passkey', name: 'method.PASSKEY', hint: 'method-hint.PASSKEY' },
  SECURITY_KEY: { icon: 'key', name: 'method.SECURITY_KEY', hint: 'method-hint.SECURITY_KEY' },
  AUTHENTICATOR_APP: { icon: 'app', name: 'method.AUTHENTICATOR_APP', hint: 'method-hint.AUTHENTICATOR_APP' },
  EMAIL_OTP: { icon: 'mail', name: 'method.EMAIL_OTP', hint: 'method-hint.EMAIL_OTP' },
  EMAIL_MAGIC_LINK: { icon: 'link', name: 'method.EMAIL_MAGIC_LINK', hint: 'method-hint.EMAIL_MAGIC_LINK' },
  RECOVERY_CODE: { icon: 'lifebuoy', name: 'method.RECOVERY_CODE', hint: 'method-hint.RECOVERY_CODE' },
  SMS: { icon: 'phone', name: 'method.SMS' },
  WHATSAPP: { icon: 'phone', name: 'method.WHATSAPP' },
};

export function lookOf(method: string): MethodLook {
  return looks[method] ?? { icon: 'shield', name: 'method.other' };
}
