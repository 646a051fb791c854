import type { MailTexts } from '../mail-texts.ts';

/** German. */
export const deMails: MailTexts<'de'> = {
  'code.subject': '{code} ist Ihr Code für {tenantName}',
  'code.heading': 'Ihr Code für {tenantName}',
  'code.validity': {
    one: 'Er gilt {count} Minute und nur einmal.',
    other: 'Er gilt {count} Minuten und nur einmal.',
  },
  'code.warning':
    'Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht. Geben Sie den Code an niemanden weiter.',

  'text.code': '{tenantName}: {code} ist Ihr Code.',
  'text.validity': { one: 'Er gilt {count} Minute.', other: 'Er gilt {count} Minuten.' },
  'text.warning': 'Geben Sie ihn niemandem.',

  'link.subject': 'Bestätigen Sie bei {tenantName}, dass Sie es sind',
  'link.description': 'Öffnen Sie diesen Link, um bei {tenantName} zu bestätigen, dass Sie es sind.',
  'link.primaryCta': 'Identität bestätigen',
  'link.validity': {
    one: 'Der Link gilt {count} Minute und nur einmal.',
    other: 'Der Link gilt {count} Minuten und nur einmal.',
  },
  'link.warning': 'Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht und öffnen Sie den Link nicht.',

  'help-link.subject': 'Wieder Zugang zu Ihrem Konto bei {tenantName}',
  'help-link.description':
    'Sie haben {tenantName} um Hilfe gebeten. Öffnen Sie diesen Link, um einen neuen Weg einzurichten, zu bestätigen, dass Sie es sind.',
  'help-link.primaryCta': 'Zugang wiederherstellen',
  'help-link.validity': {
    one: 'Der Link gilt {count} Stunde und nur einmal.',
    other: 'Der Link gilt {count} Stunden und nur einmal.',
  },
  'help-link.warning':
    'Wenn Sie nicht um Hilfe gebeten haben, öffnen Sie den Link nicht. Geben Sie ihn nie weiter, wer auch fragt.',
  'help-sent.subject': 'Ein neuer Zugang zu Ihrem Konto bei {tenantName} wurde verschickt',
  'help-sent.description':
    '{tenantName} wurde gebeten, Ihnen wieder Zugang zu geben, und hat einen Link an {email} geschickt. Wer ihn liest, kann einen neuen Weg einrichten, sich als Sie auszuweisen.',
  'help-sent.primaryCta': 'Das war ich nicht: stoppen',
  'help-sent.advice':
    'Wenn Sie darum gebeten haben, müssen Sie nichts tun. Wenn nicht, stoppen Sie es sofort: Vielleicht versucht jemand anderes, in Ihr Konto zu kommen.',

  'notice.way': 'Weg:',
  'notice.time': 'Wann:',
  'notice.advice':
    'Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, melden Sie es {tenantName} sofort: Vielleicht versucht jemand anderes, in Ihr Konto zu gelangen.',
  'authenticator-added.subject': 'Bei {tenantName} wurde ein Weg zur Bestätigung hinzugefügt',
  'authenticator-added.held':
    'Er wurde mit einem Wiederherstellungscode oder einem schwächeren Weg hinzugefügt. Bis {time} lässt sich damit nur wenig tun.',
  'authenticator-removed.subject': 'Bei {tenantName} wurde ein Weg zur Bestätigung entfernt',
  'method-locked.subject': 'Zu viele falsche Versuche bei {tenantName}',
  'method-locked.description':
    'Einer Ihrer Wege, Ihre Identität zu bestätigen, ist nach zu vielen falschen Versuchen gesperrt.',
  'method-locked.advice':
    'Wenn Sie das waren, wählen Sie einen anderen Weg oder bitten Sie {tenantName} um Hilfe. Wenn nicht, melden Sie es {tenantName} sofort: Vielleicht versucht jemand anderes, in Ihr Konto zu gelangen.',
  'action-denied.subject': 'Eine Anfrage bei {tenantName} wurde abgelehnt',
  'action-denied.description': 'In einer E-Mail an Sie wurde „Nein, das war ich nicht“ gedrückt.',
  'action-denied.advice':
    'Wenn Sie das waren, versucht vielleicht jemand anderes, in Ihr Konto zu kommen: {tenantName} kann Ihnen helfen. Wenn nicht, liest vielleicht jemand Ihre E-Mails: Melden Sie es {tenantName} sofort.',
  'device-theft.subject': 'Ein gemerktes Gerät bei {tenantName} wurde vielleicht kopiert',
  'device-theft.description':
    'Woran wir eines Ihrer Geräte wiedererkennen, wurde an zwei Orten verwendet. Deshalb haben wir alle Ihre Geräte vergessen, und Sie müssen sich dort wieder bestätigen.',
  'device-theft.advice':
    'Das kann an einem Browser liegen, der aus einer Sicherung wiederhergestellt wurde. Wenn nicht, melden Sie es {tenantName} sofort: Vielleicht versucht jemand anderes, in Ihr Konto zu gelangen.',
  'recovery-code-used.subject': 'Bei {tenantName} wurde ein Wiederherstellungscode verwendet',
  'recovery-code-used.codesLeft': {
    one: 'Es ist noch {count} Wiederherstellungscode übrig.',
    other: 'Es sind noch {count} Wiederherstellungscodes übrig.',
  },
  'recovery-code-used.noneLeft': 'Es ist kein Wiederherstellungscode mehr übrig.',
  'recovery-codes-made.subject': 'Bei {tenantName} wurden neue Wiederherstellungscodes erstellt',
  'recovery-codes-made.description': {
    one: 'Sie haben {count} neuen Wiederherstellungscode. Frühere Codes gelten nicht mehr.',
    other: 'Sie haben {count} neue Wiederherstellungscodes. Frühere Codes gelten nicht mehr.',
  },
};
