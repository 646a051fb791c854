import type { MailTexts } from '../mail-texts.ts';

/** Polish. */
export const plMails: MailTexts<'pl'> = {
  'code.subject': '{code} to Twój kod do {tenantName}',
  'code.heading': 'Twój kod do {tenantName}',
  'code.validity': {
    one: 'Działa przez {count} minutę i tylko raz.',
    few: 'Działa przez {count} minuty i tylko raz.',
    many: 'Działa przez {count} minut i tylko raz.',
  },
  'code.warning': 'Jeśli to nie Ty o niego prosisz, zignoruj tę wiadomość. Nie podawaj nikomu tego kodu.',

  'text.code': '{tenantName}: {code} to kod do potwierdzenia.',
  'text.validity': {
    one: 'Wygasa za {count} min.',
    few: 'Wygasa za {count} minuty.',
    many: 'Wygasa za {count} minut.',
  },
  'text.warning': 'Nikomu go nie podawaj.',

  'link.subject': 'Potwierdź w {tenantName}, że to Ty',
  'link.description': 'Otwórz ten link, aby potwierdzić w {tenantName}, że to Ty.',
  'link.primaryCta': 'Potwierdzam, że to ja',
  'link.validity': {
    one: 'Link działa przez {count} minutę i tylko raz.',
    few: 'Link działa przez {count} minuty i tylko raz.',
    many: 'Link działa przez {count} minut i tylko raz.',
  },
  'link.warning': 'Jeśli to nie Ty o niego prosisz, zignoruj tę wiadomość i nie otwieraj linku.',

  'help-link.subject': 'Odzyskaj dostęp do konta w {tenantName}',
  'help-link.description':
    'To Ty prosisz {tenantName} o pomoc. Otwórz ten link, aby dodać nowy sposób potwierdzania, że to Ty.',
  'help-link.primaryCta': 'Odzyskaj dostęp',
  'help-link.validity': {
    one: 'Link działa przez {count} godzinę i tylko raz.',
    few: 'Link działa przez {count} godziny i tylko raz.',
    many: 'Link działa przez {count} godzin i tylko raz.',
  },
  'help-link.warning':
    'Jeśli to nie Ty prosisz o pomoc, nie otwieraj linku. Nie przekazuj go nikomu, kto by o niego nie prosił.',
  'help-sent.subject': 'Wysłano nowy dostęp do Twojego konta w {tenantName}',
  'help-sent.description':
    'Poproszono {tenantName} o pomoc w odzyskaniu dostępu i wysłano link na adres {email}. Kto go przeczyta, może dodać nowy sposób potwierdzania, że jest Tobą.',
  'help-sent.primaryCta': 'To nie ja: zatrzymaj',
  'help-sent.advice':
    'Jeśli to Ty o to prosisz, nie musisz nic robić. Jeśli nie, zatrzymaj to od razu: ktoś inny może próbować dostać się na Twoje konto.',

  'notice.way': 'Sposób:',
  'notice.time': 'Kiedy:',
  'notice.advice':
    'Jeśli to Ty, nie musisz nic robić. Jeśli nie, od razu powiadom {tenantName}: być może ktoś inny próbuje dostać się na Twoje konto.',
  'authenticator-added.subject': 'W {tenantName} dodano sposób potwierdzania, że to Ty',
  'authenticator-added.held':
    'Dodano go kodem odzyskiwania lub słabszym sposobem. Do {time} pozwala tylko na niewiele.',
  'authenticator-removed.subject': 'W {tenantName} usunięto sposób potwierdzania, że to Ty',
  'method-locked.subject': 'Zbyt wiele błędnych prób w {tenantName}',
  'method-locked.description':
    'Jeden z Twoich sposobów potwierdzania, że to Ty, jest zablokowany po zbyt wielu błędnych próbach.',
  'method-locked.advice':
    'Jeśli to Ty, użyj innego sposobu albo poproś {tenantName} o pomoc. Jeśli nie, od razu powiadom {tenantName}: być może ktoś inny próbuje dostać się na Twoje konto.',
  'action-denied.subject': 'Odrzucono operację w {tenantName}',
  'action-denied.description': 'W wiadomości do Ciebie wybrano „Nie, to nie ja”.',
  'action-denied.advice':
    'Jeśli to Ty, ktoś inny może próbować dostać się na Twoje konto: {tenantName} może Ci pomóc. Jeśli nie, ktoś może czytać Twoją pocztę: od razu powiadom {tenantName}.',
  'device-theft.subject': 'Zapamiętane urządzenie w {tenantName} mogło zostać skopiowane',
  'device-theft.description':
    'To, po czym rozpoznajemy jedno z Twoich urządzeń, zostało użyte w dwóch miejscach. Dlatego zapomnieliśmy wszystkie Twoje urządzenia i poprosimy o ponowne potwierdzenie, że to Ty.',
  'device-theft.advice':
    'Przyczyną może być przeglądarka przywrócona z kopii zapasowej. Jeśli nie, od razu powiadom {tenantName}: być może ktoś inny próbuje dostać się na Twoje konto.',
  'recovery-code-used.subject': 'W {tenantName} użyto kodu odzyskiwania',
  'recovery-code-used.codesLeft': {
    one: 'Pozostał {count} kod odzyskiwania.',
    few: 'Pozostały {count} kody odzyskiwania.',
    many: 'Pozostało {count} kodów odzyskiwania.',
  },
  'recovery-code-used.noneLeft': 'Nie pozostał żaden kod odzyskiwania.',
  'recovery-codes-made.subject': 'W {tenantName} utworzono nowe kody odzyskiwania',
  'recovery-codes-made.description': {
    one: 'Masz {count} nowy kod odzyskiwania. Poprzednie kody już nie działają.',
    few: 'Masz {count} nowe kody odzyskiwania. Poprzednie kody już nie działają.',
    many: 'Masz {count} nowych kodów odzyskiwania. Poprzednie kody już nie działają.',
  },
};
