import type { ApiRegistration } from '../../src/apis/store.ts';

/** A registration that nothing is wrong with; tests change what they are about. */
export function anApi(changes: Partial<ApiRegistration> = {}): ApiRegistration {
  return {
    audience: 'https://api.example/',
    name: 'Notes API',
    scopes: [
      { name: 'read', descriptions: { en: 'Read your notes', fr: 'Lire vos notes' } },
      { name: 'write', descriptions: { en: 'Change your notes', ru: 'Изменять заметки' } },
    ],
    introspectedBy: [],
    ...changes,
  };
}
