/** What titles and headings of pages say that answer 200 for what is not there. */
const notFound =
  /^(?:error )?404$|\b404\b.{0,20}(?:error|not found|page|fehler|erreur)|(?:error|fehler|erreur|ошибка)\W{0,3}404\b|page (?:you requested |you are looking for )?(?:was |is |could |can)?(?:not be|not|no longer)[ -]?(?:found|available|exist)|(?:can't|cannot|can’t) find (?:the|that|this) page|page (?:doesn['’]t|does not|no longer) exists?|seite (?:wurde |konnte )?nicht gefunden|page (?:introuvable|non trouvée|inexistante)|página no encontrada|no se (?:ha )?encontr[oó] la página|pagina non trovata|página não encontrada|pagina niet gevonden|(?:nie znaleziono|strona nie istnieje)|stránka (?:ne(?:byla )?nalezena|neexistuje)|страница не (?:найдена|существует)|sidan (?:hittades inte|finns inte|kunde inte hittas)|siden (?:blev )?ikke (?:fundet|funnet)|sivua ei löyt|sayfa bulunamadı|ページが見つかりません|页面(?:不存在|未找到)|找不到(?:该|此)?(?:页面|頁面|網頁)|頁面不存在|페이지를 찾을 수 없습니다/i

/** Whether a page's title or first headings say that there is no such page. */
export const isSoft404 = (names: readonly string[]): boolean =>
  names.some((name) => name.length < 200 && notFound.test(name.trim()))
