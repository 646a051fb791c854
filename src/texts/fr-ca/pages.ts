import { frPages } from '../fr/pages.ts';
import type { PageTexts } from '../page-texts.ts';

/**
 * Canadian French: French, except for words that differ in Canada, and without a space before marks that end a
 * sentence.
 */
export const frCaPages: PageTexts = {
  ...frPages,
  'common.offline': 'Vous êtes hors ligne. Vérifiez votre connexion; cette page reprendra ici.',
  'problem.locked': 'Trop d’essais. Ce moyen est bloqué; utilisez-en un autre ou demandez de l’aide à {tenantName}.',
  'problem.emailInvalid': 'Saisissez une adresse courriel, comme nom@example.com.',
  'method.EMAIL_OTP': 'Code par courriel',
  'method.EMAIL_MAGIC_LINK': 'Lien par courriel',
  'push-message.body': 'Est-ce bien vous? Ouvrez l’application pour répondre.',
  'method.SMS': 'Message texte',
  'method-hint.SMS': 'Nous vous envoyons un code par message texte',
  'sms-code-entry.description': 'Il a été envoyé par message texte au <identifier>{identifier}</identifier>.',
  'sms-phone-entry.heading': 'Quel est votre numéro de téléphone?',
  'email-code-entry.heading': 'Consultez vos courriels',
  'email-address-entry.heading': 'Quelle est votre adresse courriel?',
  'email-address-entry.label': 'Adresse courriel',
  'email-link-sent.description':
    'Il a été envoyé à <identifier>{identifier}</identifier>. Ouvrez-le sur l’appareil de votre choix; cette page continuera toute seule.',
  'help-stop.heading': 'Vous n’avez pas demandé d’aide?',
  'magic-link.heading': 'Confirmer à {tenantName} que c’est vous?',
  'method-hint.QR_CODE': 'Numérisez avec l’application de votre téléphone, sans code à saisir',
  'qr-code-verify.heading': 'Numérisez avec votre téléphone',
  'qr-code-verify.description':
    'Ouvrez l’application {tenantName} sur votre téléphone et numérisez ce code. L’application affiche alors ce que vous confirmez.',
  'totp-setup.description':
    'Numérisez cette image avec votre application d’authentification, puis saisissez le code qu’elle affiche.',
  'totp-setup.secretLabel': 'Impossible de numériser? Saisissez cette clé dans l’application :',
  'totp-download.heading': 'Pas encore d’application d’authentification?',
  'totp-setup.onPhone':
    'Ouvrez d’ici votre application d’authentification, ou numérisez l’image avec un autre appareil. Saisissez ensuite le code qu’elle affiche.',
  'push-wait.late': 'Pas encore de réponse. Votre téléphone est-il allumé et connecté?',
  'settings.removeHeading': 'Supprimer « {name} »?',
  'devices.forgetHeading': 'Oublier « {name} »?',
};
