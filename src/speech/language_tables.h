/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_LANGUAGE_TABLES_H
#define SPEECH_LANGUAGE_TABLES_H

#include <stdint.h>

/* What language.c knows of scripts and languages. Written by hand for it. */

enum script {
    SCRIPT_NONE,
    SCRIPT_LATIN,
    SCRIPT_CYRILLIC,
    SCRIPT_GREEK,
    SCRIPT_ARABIC,
    SCRIPT_HEBREW,
    SCRIPT_DEVANAGARI,
    SCRIPT_BENGALI,
    SCRIPT_TAMIL,
    SCRIPT_TELUGU,
    SCRIPT_MALAYALAM,
    SCRIPT_THAI,
    SCRIPT_GEORGIAN,
    SCRIPT_ARMENIAN,
    SCRIPT_HANGUL,
    SCRIPT_KANA,
    SCRIPT_HAN,
    SCRIPTS,
};

/* Ranges of code points in which the letters of a script lie; marks that all scripts share
 * (U+0300 to U+036F) and letters of none are in no range. */
static const struct block {
    uint32_t first, last;
    enum script script;
} blocks[] = {
    {0x41, 0x24f, SCRIPT_LATIN},
    {0x1e00, 0x1eff, SCRIPT_LATIN},
    {0x2c60, 0x2c7f, SCRIPT_LATIN},
    {0xa720, 0xa7ff, SCRIPT_LATIN},
    {0xfb00, 0xfb06, SCRIPT_LATIN},
    {0xff21, 0xff5a, SCRIPT_LATIN},
    {0x370, 0x3ff, SCRIPT_GREEK},
    {0x1f00, 0x1fff, SCRIPT_GREEK},
    {0x400, 0x52f, SCRIPT_CYRILLIC},
    {0x530, 0x58f, SCRIPT_ARMENIAN},
    {0x590, 0x5ff, SCRIPT_HEBREW},
    {0x600, 0x6ff, SCRIPT_ARABIC},
    {0x750, 0x77f, SCRIPT_ARABIC},
    {0x8a0, 0x8ff, SCRIPT_ARABIC},
    {0xfb50, 0xfdff, SCRIPT_ARABIC},
    {0xfe70, 0xfefe, SCRIPT_ARABIC},
    {0x900, 0x97f, SCRIPT_DEVANAGARI},
    {0x980, 0x9ff, SCRIPT_BENGALI},
    {0xb80, 0xbff, SCRIPT_TAMIL},
    {0xc00, 0xc7f, SCRIPT_TELUGU},
    {0xd00, 0xd7f, SCRIPT_MALAYALAM},
    {0xe00, 0xe7f, SCRIPT_THAI},
    {0x10a0, 0x10ff, SCRIPT_GEORGIAN},
    {0x1100, 0x11ff, SCRIPT_HANGUL},
    {0x3130, 0x318f, SCRIPT_HANGUL},
    {0xac00, 0xd7af, SCRIPT_HANGUL},
    {0x3041, 0x30ff, SCRIPT_KANA},
    {0x31f0, 0x31ff, SCRIPT_KANA},
    {0xff66, 0xff9f, SCRIPT_KANA},
    {0x3005, 0x3007, SCRIPT_HAN},
    {0x3400, 0x4dbf, SCRIPT_HAN},
    {0x4e00, 0x9fff, SCRIPT_HAN},
    {0xf900, 0xfaff, SCRIPT_HAN},
    {0x20000, 0x323af, SCRIPT_HAN},
};

/* Characters of simplified Chinese that Japanese does not write. */
static const char simplified[] =
    "这们说时为对发经过还现实门问间长东车马鸟鱼见观语话让认识谁"
    "请读买卖听见专业从众优伤传儿关兴几凤击则刘刚动务劳华单卫历压厅厉变"
    "吗吴员园围图团圆场块坏";

/* Of a language: the scripts it is written in (bits), its letters beyond a to z or beyond what all
 * languages in Cyrillic have, letters that often stand together in it, its commonest words, and its
 * endings behind a hyphen. The first language
 * of a script is the one to try for a stray word. */
static const struct clues {
    const char *language;
    unsigned scripts;
    const char *letters, *pieces, *words;
} clues[] = {
    {"en", 1u << SCRIPT_LATIN, "", " th wh ough ee ea ck ight ",
        " the of and to in is that it for was on are as with his they at be this have from "
        "or had by but not what all were we when your can said there an each which she do "
        "how their if will up other about out many then them these so some her would make "
        "like him into has look more go see no way could my than been who its now did get "
        "come may i you he a me us our t ll re ve because every those through being please "
        "thanks hello yes one two three four five six seven eight nine ten monday tuesday "
        "wednesday thursday friday saturday sunday january march june july october december "
        "today tomorrow yesterday good morning evening night very here why new old time day "
        "year people work world small big read write am always never again before after "
        "should must might -ing -ight -ould -ness "},
    {"de", 1u << SCRIPT_LATIN, "äöüß", " sch ei ie ck tz ch ung aus ",
        " der die das und ist in zu den von mit sich des auf für nicht ein eine als auch es "
        "an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über "
        "einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei ich "
        "du wir ihr mich dich uns kein keine wenn was wer wo hier dieser diese dieses im dem "
        "guten danke ja nein eins zwei drei vier fünf sechs sieben acht neun zehn montag "
        "dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni "
        "juli oktober dezember heute morgen gestern gut abend nacht sehr warum neu neue alt "
        "zeit tag jahr jahre leute arbeit welt klein groß kostet kommt geht gibt machen "
        "macht haus immer nie wieder schon jetzt bitte beim ins seit gegen ohne habe hast "
        "bin bist seid wollen muss soll -ung -keit -heit -lich -isch -schaft -chen "},
    {"nl", 1u << SCRIPT_LATIN, "éëïóöü", " ij aa oe uu ee oo sch ieu ",
        " de het een en van ik te dat die in is niet zijn op aan met als voor had er maar om "
        "hem dan zou of wat mijn men dit zo door over ze zich bij ook tot je mij uit daar "
        "haar naar heb hoe heeft hebben deze u want nog zal me zij nu geen omdat iets worden "
        "toch al waren veel meer doen toen moet ben zonder kan hun dus alles onder ja eens "
        "hier wie werd altijd wordt kunnen ons zelf tegen na wil kon niets uw iemand geweest "
        "andere goede goedemorgen twee drie vier vijf zes zeven acht negen tien maandag "
        "dinsdag woensdag donderdag vrijdag zaterdag zondag januari maart mei juni juli "
        "oktober vandaag morgen gisteren goed avond nacht zeer heel waarom nieuw oud tijd "
        "dag jaar mensen werk wereld klein groot kost komt gaat maken maakt huis nooit weer "
        "alstublieft graag moeten kunt wilt waar -lijk -ijk -heid -tje -aar -oor -ijn "},
    {"fr", 1u << SCRIPT_LATIN, "àâæçéèêëîïôœùûüÿ", " eau oi eux ou ai qu ille ette oin ",
        " le la les de des du un une et est à en que qui dans il elle ce cette pour pas au "
        "aux sur se sont avec par plus ne ou je tu nous vous ils elles mais son sa ses leur "
        "leurs été être avoir fait comme tout on si bien où mon ma mes ton ta tes notre "
        "votre l d qu n c s j y merci bonjour très sans peut aussi même deux cet ces oui non "
        "quand trois quatre cinq six sept huit neuf dix lundi mardi mercredi jeudi vendredi "
        "samedi dimanche janvier février mars avril mai juin juillet août octobre décembre "
        "aujourd hui demain hier bon bonne soir nuit pourquoi nouveau nouvelle vieux temps "
        "jour année gens travail monde petit petite grand grande coûte vient va maison "
        "toujours jamais encore plaît ici faut veux peux suis es sommes êtes -eux -ment "
        "-aient -ait -ique -eur -ière "},
    {"es", 1u << SCRIPT_LATIN, "áéíñóúü", " ll qu ción ue ie ñ rr ",
        " el la los las de del y en que un una es por con no se para su al lo como más pero "
        "sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay "
        "donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos "
        "e esto mí antes algunos qué unos yo otro otras otra él tanto esa estos mucho nada "
        "muchos cual sea poco ella estar estas estaba son fue está buenos buenas días "
        "gracias hola tiene ser ha han dos tres cuatro cinco seis siete ocho nueve diez "
        "lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo "
        "junio julio octubre diciembre hoy mañana ayer bueno buena tarde noche aquí nuevo "
        "nueva viejo tiempo día año años gente trabajo mundo pequeño grande cuesta viene va "
        "hace casa siempre nunca vez favor quiero puedo soy eres somos dónde cuándo cómo "
        "-ción -dad -ciones -mente -ado -ando "},
    {"pt", 1u << SCRIPT_LATIN, "áâãàçéêíóôõú", " lh nh ção ões ou ei qu ss ",
        " o a os as de do da dos das e é em um uma que não para por com se no na nos nas ao "
        "à mais como mas foi ele ela seu sua ou ser quando muito já está eu também só pelo "
        "pela até isso entre depois sem mesmo aos seus quem me esse eles você essa num nem "
        "suas meu às minha têm numa pelos pelas elas havia seja qual nós lhe deles são tem "
        "obrigado obrigada bom dia olá sobre qualquer dois duas três quatro cinco seis sete "
        "oito nove dez segunda terça quarta quinta sexta sábado domingo janeiro fevereiro "
        "março abril maio junho julho outubro dezembro hoje amanhã ontem boa tarde noite "
        "aqui novo nova velho tempo ano anos gente trabalho mundo pequeno grande custa vem "
        "vai faz casa sempre nunca outra vez favor quero posso sou somos onde gosto muita "
        "-ção -ções -dade -mente -ado -inha -inho "},
    {"it", 1u << SCRIPT_LATIN, "àèéìíîòóùú", " gli cch zz ch gn tt cc zione gg ss ",
        " il lo la i gli le di del della dei delle degli e è in un una che non per con si da "
        "dal dalla al alla ai nel nella nei sono come più ma anche su sul sulla questo "
        "questa se ci o ha hanno essere era lui lei io tu noi voi loro mio mia suo sua "
        "quando dove chi cosa molto tutto tutti già ancora dopo senza tra fra due perché "
        "così solo sia stato ed ad buongiorno grazie ciao dell all l d nell dall c quest tre "
        "quattro cinque sei sette otto nove dieci lunedì martedì mercoledì giovedì venerdì "
        "sabato domenica gennaio febbraio marzo aprile maggio giugno luglio ottobre dicembre "
        "oggi domani ieri buono buona sera notte qui nuovo nuova vecchio tempo giorno anno "
        "anni gente lavoro mondo piccolo grande costa viene va fa casa sempre mai favore "
        "voglio posso siamo -zione -mente -ità -gli -ello -ono -ezza "},
    {"ro", 1u << SCRIPT_LATIN, "ăâîșțşţ", " ă ii ește ul ea oa ",
        " și şi de la în a al ale cu pe un o este sunt nu că se din pentru mai care ce sau "
        "dar ca lui ei el ea eu tu noi voi lor fi fost are au am ai prin după când unui unei "
        "foarte acest această astfel între fără până sa său mea meu bună ziua către cel cea "
        "cele fie dintre asupra într mulțumesc doi două trei patru cinci șase șapte opt nouă "
        "zece luni marți miercuri joi vineri sâmbătă duminică ianuarie februarie martie "
        "aprilie iunie iulie octombrie astăzi mâine ieri bun seara noapte aici nou vechi "
        "timp an ani oameni lume mic mare costă vine merge face casă mereu niciodată rog "
        "vreau pot suntem sunteți unde -ului -ilor -ție -ții -ează -ele "},
    {"sv", 1u << SCRIPT_LATIN, "åäöé", " sk ck ä ör stj kt nn ",
        " och i att det som en på är av för med den till inte han de om ett var har hon jag "
        "men så sig från vi kan när nu skulle där man eller vid också hade mycket efter mot "
        "över bara ut upp under ska då mig här vara ingen något alla in dig era detta sin än "
        "hur blir blev vad bli min sitt du mellan genom tack god dag två tre fyra fem sex "
        "sju åtta nio tio måndag tisdag onsdag torsdag fredag lördag söndag januari februari "
        "mars maj juni juli oktober idag imorgon igår bra kväll natt varför ny gammal tid år "
        "människor arbete värld liten stor kostar kommer går gör hus alltid aldrig igen vill "
        "måste kunna finns heter tycker -ning -het -ande -arna -erna -tion "},
    {"da", 1u << SCRIPT_LATIN, "æøåé", " ø æ hv nd ej gt dt af ",
        " og i at det som en på er af for med den til ikke han de om et var har hun jeg men "
        "så sig fra vi kan når nu skulle der man eller ved også havde meget efter mod over "
        "kun ud op under skal da mig her være ingen noget alle ind dig blev hvor hvad blive "
        "min sit du mellem bliver uden hvis hvordan hvorfor godt tak disse denne dette deres "
        "mere ej gennem sådan sådanne nogle f eks selv jo kaldes to tre fire fem seks syv "
        "otte ni ti mandag tirsdag onsdag torsdag fredag lørdag søndag januar februar marts "
        "maj juni juli oktober dag morgen går aften nat ny gammel tid år mennesker arbejde "
        "verden lille stor koster kommer gør hus altid aldrig igen vil må kunne hedder synes "
        "lidt -tion -hed -else -lig -lige -erne "},
    {"no", 1u << SCRIPT_LATIN, "æøåéòô", " kj skj øy ø æ ei sj hv ett tt ",
        " og i at det som en på er av for med den til ikke han de om et var har hun jeg men "
        "så seg fra vi kan når nå skulle der man eller ved også hadde mye etter mot over "
        "bare ut opp under skal da meg her være ingen noe alle inn deg ble hvor hva bli min "
        "sitt du mellom blir uten hvis hvordan hvorfor godt takk disse denne dette deres mer "
        "ei ikkje eg vår gjennom slik slike noen selv jo kalles to tre fire fem seks sju syv "
        "åtte ni ti mandag tirsdag onsdag torsdag fredag lørdag søndag januar februar mars "
        "mai juni juli oktober dag morgen går kveld natt ny gammel tid år mennesker arbeid "
        "verden liten stor koster kommer gjør hus alltid aldri igjen vil må kunne heter "
        "synes litt fikk får by -sjon -het -else -lig -lige -ene "},
    {"fi", 1u << SCRIPT_LATIN, "äöå", " aa ää uu ii kk tt yy öö ssa ien uo ie hd iin eni ",
        " ja on ei että se hän oli ovat joka mutta kun niin myös tai kuin sen olla ole mitä "
        "tämä nyt vain jos hänen minä sinä me te he siitä voi sitä ne vielä jotka ollut "
        "kuten sekä mukaan jälkeen kanssa ennen mikä missä koska joten näin eivät olisi "
        "hyvää päivää kiitos kaikki yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan "
        "yhdeksän kymmenen maanantai tiistai keskiviikko torstai perjantai lauantai "
        "sunnuntai tänään huomenna eilen hyvä hyvin ilta yö täällä uusi vanha aika vuosi "
        "ihmiset työ maailma pieni suuri maksaa tulee menee tekee talo aina ikinä taas olen "
        "olet olemme haluan ilman eri valon -ssa -ssä -lla -llä -sta -stä -ksi -nen -aan "
        "-ään -een -isen -iset "},
    {"hu", 1u << SCRIPT_LATIN, "áéíóöőúüű", " gy sz zs cs ny ly tt ék ",
        " a az és hogy nem is egy ez volt meg de csak mint már van el ha vagy ki még azt "
        "akkor be le után olyan ezt aki sem lehet mert minden nagy kell amely majd lesz fel "
        "én te ő mi ti ők volna pedig más így itt ott jó napot között során által két vannak "
        "melyet mikor mely kettő három négy öt hat hét nyolc kilenc tíz hétfő kedd szerda "
        "csütörtök péntek szombat vasárnap január február március április május június "
        "július október december ma holnap tegnap este éjszaka nagyon miért új régi idő év "
        "emberek munka világ kicsi kerül jön megy csinál ház mindig soha kérem vagyok "
        "vagyunk hol -ban -ben -nak -nek -ság -ség -val -vel -ból -ből -kor -tok "},
    {"cs", 1u << SCRIPT_LATIN, "áčďéěíňóřšťúůýž", " ř ě ou ů ch ",
        " a se v na je že s z do o to k i za ve by ale jako jsou pro po tak už jeho od co "
        "který která které při být bylo byl byla jen nebo si ze kde když než také až jejich "
        "však není jsem jsme jste mezi pouze tento tato může dobrý den děkuji jak či má jí "
        "jeden dva tři čtyři pět šest sedm osm devět deset pondělí úterý středa čtvrtek "
        "pátek sobota neděle ledna února března dubna května června července října dnes "
        "zítra včera dobré večer noc velmi proč nový starý čas rok lidé práce svět malý "
        "velký stojí přijde jde dělá dům vždy nikdy zase prosím mám máme chci -ých -ého -ost "
        "-ní -ová -ými "},
    {"pl", 1u << SCRIPT_LATIN, "ąćęłńóśźż", " cz sz rz dz ie ch ów ł ",
        " i w na z do się że nie to jest o a jak od za po przez przy ale co dla czy był była "
        "było są jego tym jako ich ze być już tylko który która które lub oraz może przed "
        "bardzo jej tak gdy pod więc ten ta te także między jeszcze mnie mi pan pani dzień "
        "dobry tego dziękuję jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć "
        "poniedziałek wtorek środa czwartek piątek sobota niedziela stycznia lutego marca "
        "kwietnia maja czerwca lipca października dziś dzisiaj jutro wczoraj wieczór noc "
        "dlaczego nowy stary czas rok lata ludzie praca świat mały duży kosztuje idzie robi "
        "dom zawsze nigdy znowu proszę mam mamy chcę gdzie -ego -owa -ość -nie -ych -ów -ski "},
    {"tr", 1u << SCRIPT_LATIN, "çğıöşüâîû", " ı ğ yor lar ler ü ",
        " ve bir bu da de için ile olarak çok daha gibi olan ne var en o ancak ama kadar "
        "sonra her ben sen biz siz onlar mi mı değil ya ki şey oldu olduğu veya tarafından "
        "diye göre iki yok nasıl iyi günler merhaba teşekkür üç dört beş altı yedi sekiz "
        "dokuz on pazartesi salı çarşamba perşembe cuma cumartesi pazar ocak şubat mart "
        "nisan mayıs haziran temmuz ekim bugün yarın dün akşam gece neden yeni eski zaman "
        "gün yıl insanlar dünya küçük büyük geliyor gidiyor yapıyor ev asla tekrar lütfen "
        "istiyorum nerede benim senin -lar -ler -dır -dir -nin -nın -daki -deki -lık -lik "
        "-ları -leri -yor "},
    {"id", 1u << SCRIPT_LATIN, "é", " ng ny ang an meng ber ",
        " yang dan di dari dengan untuk pada ini itu dalam tidak adalah ke akan oleh sebagai "
        "juga atau karena ada saya kami kita mereka dia anda telah dapat bisa lebih seperti "
        "sudah hanya banyak saat antara tersebut secara para orang bahwa namun sangat "
        "selamat pagi terima kasih menjadi sebuah apa satu dua tiga empat lima enam tujuh "
        "delapan sembilan sepuluh senin selasa rabu kamis jumat sabtu minggu januari maret "
        "juni juli oktober hari besok kemarin baik malam kenapa baru lama waktu tahun "
        "pekerjaan dunia kecil besar harga datang pergi rumah selalu lagi tolong mau bukan "
        "sini mana biasanya -nya -kan -lah -an "},
    {"vi", 1u << SCRIPT_LATIN,
        "ăâđêôơưáàãảạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ", " ng nh ươ iê ",
        " là và của có không một các những được trong cho người với này đã tôi bạn cũng như "
        "từ khi đến ra để về thì ở nhiều còn theo vào nó rất mà làm trên hay sẽ lại hai xin "
        "chào cảm ơn ba bốn năm sáu bảy tám chín mười hôm nay mai ngày tháng tốt buổi sáng "
        "tối mới cũ thời gian nhỏ lớn giá đi nhà luôn muốn gì "},
    {"ru", 1u << SCRIPT_CYRILLIC, "ыэъё", " ст ый ой ий ",
        " и в не на что с как это по из он она они к у за от для о же но так все его только "
        "было был или бы если когда я ты мы вы мне нет да есть еще ещё которые который может "
        "при до их ее её чтобы также этот эта "},
    {"uk", 1u << SCRIPT_CYRILLIC, "іїєґ", " ій ії ськ ",
        " і в не на що з як це по із він вона вони до у за від для про та але так всі його "
        "тільки було був або якщо коли я ти ми ви мені ні є ще які який може при їх її щоб "
        "також цей ця "},
    {"zh", 1u << SCRIPT_HAN, "", "", ""},
    {"ja", 1u << SCRIPT_HAN | 1u << SCRIPT_KANA, "", "", ""},
    {"ko", 1u << SCRIPT_HANGUL, "", "", ""},
    {"ar", 1u << SCRIPT_ARABIC, "", "", ""},
    {"hi", 1u << SCRIPT_DEVANAGARI, "", "", ""},
    {"th", 1u << SCRIPT_THAI, "", "", ""},
    {"el", 1u << SCRIPT_GREEK, "", "", ""},
    {"he", 1u << SCRIPT_HEBREW, "", "", ""},
    {"ka", 1u << SCRIPT_GEORGIAN, "", "", ""},
    {"hy", 1u << SCRIPT_ARMENIAN, "", "", ""},
    {"bn", 1u << SCRIPT_BENGALI, "", "", ""},
    {"ta", 1u << SCRIPT_TAMIL, "", "", ""},
    {"te", 1u << SCRIPT_TELUGU, "", "", ""},
    {"ml", 1u << SCRIPT_MALAYALAM, "", "", ""},
};

#endif
