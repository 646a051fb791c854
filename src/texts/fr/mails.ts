import type { MailTexts } from '../mail-texts.ts';

/** French. */
export const frMails: MailTexts<'fr'> = {
  'code.subject': '{code} est votre code pour {tenantName}',
  'code.heading': 'Votre code pour {tenantName}',
  'code.validity': {
    one: 'Il est valable {count} minute et une seule fois.',
    other: 'Il est valable {count} minutes et une seule fois.',
  },
  'code.warning': 'Si vous ne l’avez pas demandé, ignorez ce message. Ne communiquez le code à personne.',

  'text.code': '{tenantName} : {code} est votre code.',
  'text.validity': { one: 'Il expire dans {count} minute.', other: 'Il expire dans {count} minutes.' },
  'text.warning': 'Ne le communiquez à personne.',

  'link.subject': 'Confirmez à {tenantName} que c’est vous',
  'link.description': 'Ouvrez ce lien pour confirmer à {tenantName} que c’est vous.',
  'link.primaryCta': 'Confirmer que c’est moi',
  'link.validity': {
    one: 'Le lien est valable {count} minute et une seule fois.',
    other: 'Le lien est valable {count} minutes et une seule fois.',
  },
  'link.warning': 'Si vous ne l’avez pas demandé, ignorez ce message et n’ouvrez pas le lien.',

  'help-link.subject': 'Retrouvez l’accès à votre compte chez {tenantName}',
  'help-link.description':
    'Vous avez demandé de l’aide à {tenantName}. Ouvrez ce lien pour ajouter un nouveau moyen de confirmer que c’est vous.',
  'help-link.primaryCta': 'Retrouver l’accès',
  'help-link.validity': {
    one: 'Le lien est valable {count} heure et une seule fois.',
    other: 'Le lien est valable {count} heures et une seule fois.',
  },
  'help-link.warning':
    'Si vous n’avez pas demandé d’aide, n’ouvrez pas le lien. Ne le transmettez à personne, qui que ce soit qui le demande.',
  'help-sent.subject': 'Un nouvel accès à votre compte chez {tenantName} a été envoyé',
  'help-sent.description':
    'On a demandé à {tenantName} de vous aider à retrouver l’accès, et un lien a été envoyé à {email}. La personne qui le lit peut ajouter un nouveau moyen de confirmer que c’est vous.',
  'help-sent.primaryCta': 'Ce n’était pas moi : arrêter',
  'help-sent.advice':
    'Si vous l’avez demandé, vous n’avez rien à faire. Sinon, arrêtez-le sans attendre : quelqu’un d’autre essaie peut-être d’accéder à votre compte.',

  'notice.way': 'Moyen :',
  'notice.time': 'Date :',
  'notice.advice':
    'Si c’est vous, vous n’avez rien à faire. Sinon, prévenez {tenantName} sans attendre : quelqu’un d’autre essaie peut-être d’accéder à votre compte.',
  'authenticator-added.subject': 'Un moyen de confirmation a été ajouté chez {tenantName}',
  'authenticator-added.held':
    'Il a été ajouté avec un code de récupération ou un moyen moins fort. Jusqu’au {time}, il ne permet que peu de choses.',
  'authenticator-removed.subject': 'Un moyen de confirmation a été supprimé chez {tenantName}',
  'method-locked.subject': 'Trop d’essais erronés chez {tenantName}',
  'method-locked.description': 'L’un de vos moyens de confirmation est bloqué après trop d’essais erronés.',
  'method-locked.advice':
    'Si c’est vous, utilisez un autre moyen ou demandez de l’aide à {tenantName}. Sinon, prévenez {tenantName} sans attendre : quelqu’un d’autre essaie peut-être d’accéder à votre compte.',
  'action-denied.subject': 'Une demande chez {tenantName} a été refusée',
  'action-denied.description': 'Dans un message qui vous a été envoyé, « Non, ce n’était pas moi » a été choisi.',
  'action-denied.advice':
    'Si c’était vous, quelqu’un d’autre essaie peut-être d’accéder à votre compte : {tenantName} peut vous aider. Sinon, quelqu’un lit peut-être vos messages : prévenez {tenantName} sans attendre.',
  'device-theft.subject': 'Un appareil mémorisé chez {tenantName} a peut-être été copié',
  'device-theft.description':
    'Ce qui nous permet de reconnaître l’un de vos appareils a été utilisé à deux endroits. Nous avons donc oublié tous vos appareils, et vous devrez de nouveau confirmer que c’est vous.',
  'device-theft.advice':
    'Un navigateur restauré depuis une sauvegarde peut en être la cause. Sinon, prévenez {tenantName} sans attendre : quelqu’un d’autre essaie peut-être d’accéder à votre compte.',
  'recovery-code-used.subject': 'Un code de secours a été utilisé chez {tenantName}',
  'recovery-code-used.codesLeft': {
    one: 'Il vous reste {count} code de secours.',
    other: 'Il vous reste {count} codes de secours.',
  },
  'recovery-code-used.noneLeft': 'Il ne vous reste aucun code de secours.',
  'recovery-codes-made.subject': 'De nouveaux codes de secours ont été créés chez {tenantName}',
  'recovery-codes-made.description': {
    one: 'Vous avez {count} nouveau code de secours. Les codes précédents ne sont plus valables.',
    other: 'Vous avez {count} nouveaux codes de secours. Les codes précédents ne sont plus valables.',
  },
};
