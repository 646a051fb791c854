import type { MailTexts } from '../mail-texts.ts';

/** Italian. */
export const itMails: MailTexts<'it'> = {
  'code.subject': '{code} è il tuo codice per {tenantName}',
  'code.heading': 'Il tuo codice per {tenantName}',
  'code.validity': {
    one: 'Vale per {count} minuto e una volta sola.',
    other: 'Vale per {count} minuti e una volta sola.',
  },
  'code.warning': 'Se non lo hai chiesto tu, ignora questo messaggio. Non dare il codice a nessuno.',

  'text.code': '{tenantName}: {code} è il tuo codice.',
  'text.validity': { one: 'Scade tra {count} minuto.', other: 'Scade tra {count} minuti.' },
  'text.warning': 'Non darlo a nessuno.',

  'link.subject': 'Conferma a {tenantName} che sei tu',
  'link.description': 'Apri questo link per confermare a {tenantName} che sei tu.',
  'link.primaryCta': 'Conferma che sono io',
  'link.validity': {
    one: 'Il link vale per {count} minuto e una volta sola.',
    other: 'Il link vale per {count} minuti e una volta sola.',
  },
  'link.warning': 'Se non lo hai chiesto tu, ignora questo messaggio e non aprire il link.',

  'help-link.subject': 'Torna ad accedere al tuo account su {tenantName}',
  'help-link.description':
    'Hai chiesto aiuto a {tenantName}. Apri questo link per aggiungere un nuovo metodo per confermare che sei tu.',
  'help-link.primaryCta': 'Torna ad accedere',
  'help-link.validity': {
    one: 'Il link vale per {count} ora e una volta sola.',
    other: 'Il link vale per {count} ore e una volta sola.',
  },
  'help-link.warning': 'Se non hai chiesto aiuto, non aprire il link. Non darlo mai a nessuno, chiunque lo chieda.',
  'help-sent.subject': 'È stato inviato un nuovo accesso al tuo account su {tenantName}',
  'help-sent.description':
    'A {tenantName} è stato chiesto di aiutarti a riottenere l’accesso, e un link è stato inviato a {email}. Chi lo legge può aggiungere un nuovo metodo per confermare di essere te.',
  'help-sent.primaryCta': 'Non ero io: ferma',
  'help-sent.advice':
    'Se lo hai chiesto tu, non devi fare nulla. Altrimenti fermalo subito: forse qualcun altro sta cercando di entrare nel tuo account.',

  'notice.way': 'Metodo:',
  'notice.time': 'Quando:',
  'notice.advice':
    'Se lo hai fatto tu, non devi fare nulla. Altrimenti avvisa subito {tenantName}: forse qualcun altro sta cercando di entrare nel tuo account.',
  'authenticator-added.subject': 'È stato aggiunto un metodo di conferma su {tenantName}',
  'authenticator-added.held':
    'È stato aggiunto con un codice di recupero o con un metodo meno sicuro. Fino al {time} permette di fare poco.',
  'authenticator-removed.subject': 'È stato rimosso un metodo di conferma su {tenantName}',
  'method-locked.subject': 'Troppi tentativi errati su {tenantName}',
  'method-locked.description': 'Uno dei tuoi metodi di conferma è bloccato dopo troppi tentativi errati.',
  'method-locked.advice':
    'Se i tentativi erano tuoi, usa un altro metodo o chiedi aiuto a {tenantName}. Altrimenti avvisa subito {tenantName}: forse qualcun altro sta cercando di entrare nel tuo account.',
  'action-denied.subject': 'Una richiesta su {tenantName} è stata rifiutata',
  'action-denied.description': 'In un messaggio inviato a te è stato premuto «No, non ero io».',
  'action-denied.advice':
    'Se sei stato tu, forse qualcun altro sta cercando di entrare nel tuo account: {tenantName} può aiutarti. Altrimenti, forse qualcuno legge la tua posta: avvisa subito {tenantName}.',
  'device-theft.subject': 'Un dispositivo ricordato su {tenantName} potrebbe essere stato copiato',
  'device-theft.description':
    'Ciò che ci permette di ricordare uno dei tuoi dispositivi è stato usato da due posti. Per questo abbiamo dimenticato tutti i tuoi dispositivi e dovrai confermare di nuovo che sei tu.',
  'device-theft.advice':
    'Può succedere con un browser ripristinato da un backup. Se non è così, avvisa subito {tenantName}: forse qualcun altro sta cercando di entrare nel tuo account.',
  'recovery-code-used.subject': 'È stato usato un codice di recupero su {tenantName}',
  'recovery-code-used.codesLeft': {
    one: 'Ti resta {count} codice di recupero.',
    other: 'Ti restano {count} codici di recupero.',
  },
  'recovery-code-used.noneLeft': 'Non ti resta nessun codice di recupero.',
  'recovery-codes-made.subject': 'Sono stati creati nuovi codici di recupero su {tenantName}',
  'recovery-codes-made.description': {
    one: 'Hai {count} nuovo codice di recupero. Quelli precedenti non valgono più.',
    other: 'Hai {count} nuovi codici di recupero. Quelli precedenti non valgono più.',
  },
};
