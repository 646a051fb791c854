import { phonePage } from '../../ui/kit/phone-screens.tsx';

export const page = phonePage({
  verificationMethod: 'WHATSAPP',
  icon: 'chat',
  path: 'whatsapp',
  texts: {
    heading: 'whatsapp-code-entry.heading',
    description: 'whatsapp-code-entry.description',
    submit: 'whatsapp-code-entry.primaryCta',
  },
});
