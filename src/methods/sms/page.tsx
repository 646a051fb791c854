import { phonePage } from '../../ui/kit/phone-screens.tsx';

export const page = phonePage({
  verificationMethod: 'SMS',
  icon: 'phone',
  path: 'sms',
  texts: {
    heading: 'sms-code-entry.heading',
    description: 'sms-code-entry.description',
    submit: 'sms-code-entry.primaryCta',
  },
});
