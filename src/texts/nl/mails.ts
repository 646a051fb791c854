import type { MailTexts } from '../mail-texts.ts';

/** Dutch. */
export const nlMails: MailTexts<'nl'> = {
  'code.subject': '{code} is je code voor {tenantName}',
  'code.heading': 'Je code voor {tenantName}',
  'code.validity': {
    one: 'Hij is {count} minuut geldig en werkt één keer.',
    other: 'Hij is {count} minuten geldig en werkt één keer.',
  },
  'code.warning': 'Heb je hem niet aangevraagd, negeer dit bericht dan. Geef de code aan niemand.',

  'text.code': '{tenantName}: {code} is je code.',
  'text.validity': { one: 'Hij verloopt over {count} minuut.', other: 'Hij verloopt over {count} minuten.' },
  'text.warning': 'Geef hem aan niemand.',

  'link.subject': 'Bevestig aan {tenantName} dat jij het bent',
  'link.description': 'Open deze link om aan {tenantName} te bevestigen dat jij het bent.',
  'link.primaryCta': 'Bevestigen dat ik het ben',
  'link.validity': {
    one: 'De link is {count} minuut geldig en werkt één keer.',
    other: 'De link is {count} minuten geldig en werkt één keer.',
  },
  'link.warning': 'Heb je hem niet aangevraagd, negeer dit bericht dan en open de link niet.',

  'help-link.subject': 'Weer toegang tot je account bij {tenantName}',
  'help-link.description':
    'Je hebt {tenantName} om hulp gevraagd. Open deze link om een nieuwe manier in te stellen om te bevestigen dat jij het bent.',
  'help-link.primaryCta': 'Weer toegang krijgen',
  'help-link.validity': {
    one: 'De link is {count} uur geldig en werkt één keer.',
    other: 'De link is {count} uur geldig en werkt één keer.',
  },
  'help-link.warning': 'Heb je geen hulp gevraagd, open de link dan niet. Geef hem nooit door, wie er ook om vraagt.',
  'help-sent.subject': 'Er is een nieuwe toegang tot je account bij {tenantName} verstuurd',
  'help-sent.description':
    '{tenantName} is gevraagd je weer toegang te geven en heeft een link gestuurd naar {email}. Wie die leest, kan een nieuwe manier instellen om te bevestigen dat hij jou is.',
  'help-sent.primaryCta': 'Dat was ik niet: stoppen',
  'help-sent.advice':
    'Heb je hierom gevraagd, dan hoef je niets te doen. Zo niet, stop het dan meteen: misschien probeert iemand anders in je account te komen.',

  'notice.way': 'Manier:',
  'notice.time': 'Wanneer:',
  'notice.advice':
    'Was jij dit, dan hoef je niets te doen. Zo niet, meld het dan meteen aan {tenantName}: misschien probeert iemand anders in je account te komen.',
  'authenticator-added.subject': 'Er is een manier toegevoegd om bij {tenantName} te bevestigen dat jij het bent',
  'authenticator-added.held':
    'Die is toegevoegd met een herstelcode of een minder sterke manier. Tot {time} kan er maar weinig mee.',
  'authenticator-removed.subject': 'Er is een manier verwijderd om bij {tenantName} te bevestigen dat jij het bent',
  'method-locked.subject': 'Te veel foute pogingen bij {tenantName}',
  'method-locked.description':
    'Een van je manieren om te bevestigen dat jij het bent, is geblokkeerd na te veel foute pogingen.',
  'method-locked.advice':
    'Was jij dit, gebruik dan een andere manier of vraag {tenantName} om hulp. Zo niet, meld het dan meteen aan {tenantName}: misschien probeert iemand anders in je account te komen.',
  'action-denied.subject': 'Een verzoek bij {tenantName} is geweigerd',
  'action-denied.description': 'In een bericht aan jou is ‘Nee, dat was ik niet’ gekozen.',
  'action-denied.advice':
    'Was jij dat, dan probeert misschien iemand anders in je account te komen: {tenantName} kan je helpen. Was jij het niet, dan leest misschien iemand je e-mail: meld het meteen aan {tenantName}.',
  'device-theft.subject': 'Een onthouden apparaat bij {tenantName} is misschien gekopieerd',
  'device-theft.description':
    'Waaraan we een van je apparaten herkennen, is op twee plekken gebruikt. Daarom zijn we al je apparaten vergeten en vragen we je daar opnieuw te bevestigen dat jij het bent.',
  'device-theft.advice':
    'Een browser die uit een back-up is teruggezet kan dit veroorzaken. Is dat het niet, meld het dan meteen aan {tenantName}: misschien probeert iemand anders in je account te komen.',
  'recovery-code-used.subject': 'Er is een herstelcode gebruikt bij {tenantName}',
  'recovery-code-used.codesLeft': {
    one: 'Je hebt nog {count} herstelcode over.',
    other: 'Je hebt nog {count} herstelcodes over.',
  },
  'recovery-code-used.noneLeft': 'Je hebt geen herstelcodes meer over.',
  'recovery-codes-made.subject': 'Er zijn nieuwe herstelcodes gemaakt bij {tenantName}',
  'recovery-codes-made.description': {
    one: 'Je hebt {count} nieuwe herstelcode. Eerdere codes werken niet meer.',
    other: 'Je hebt {count} nieuwe herstelcodes. Eerdere codes werken niet meer.',
  },
};
