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
 * languages in Cyrillic have, its commonest words, and endings behind a hyphen. The first language
 * of a script is the one to try for a stray word. */
static const struct clues {
    const char *language;
    unsigned scripts;
    const char *letters, *words;
} clues[] = {
    {"en", 1u << SCRIPT_LATIN, "",
        " the of and to in is that it for was on are as with his they at be this have from "
        "or had by but not what all were we when your can said there an each which she do "
        "how their if will up other about out many then them these so some her would make "
        "like him into has look more go see no way could my than been who its now did get "
        "come may i you he a me us our t ll re ve because every those through being please "
        "thanks hello yes -ing -ight -ould -ness "},
    {"de", 1u << SCRIPT_LATIN, "äöüß",
        " der die das und ist in zu den von mit sich des auf für nicht ein eine als auch es "
        "an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über "
        "einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei ich "
        "du wir ihr mich dich uns kein keine wenn was wer wo hier dieser diese dieses im dem "
        "guten danke ja nein -ung -keit -heit -lich -isch -schaft -chen "},
    {"nl", 1u << SCRIPT_LATIN, "éëïóöü",
        " de het een en van ik te dat die in is niet zijn op aan met als voor had er maar om "
        "hem dan zou of wat mijn men dit zo door over ze zich bij ook tot je mij uit daar "
        "haar naar heb hoe heeft hebben deze u want nog zal me zij nu geen omdat iets worden "
        "toch al waren veel meer doen toen moet ben zonder kan hun dus alles onder ja eens "
        "hier wie werd altijd wordt kunnen ons zelf tegen na wil kon niets uw iemand geweest "
        "andere goede goedemorgen -lijk -ijk -heid -tje -aar -oor -ijn "},
    {"fr", 1u << SCRIPT_LATIN, "àâæçéèêëîïôœùûüÿ",
        " le la les de des du un une et est à en que qui dans il elle ce cette pour pas au "
        "aux sur se sont avec par plus ne ou je tu nous vous ils elles mais son sa ses leur "
        "leurs été être avoir fait comme tout on si bien où mon ma mes ton ta tes notre "
        "votre l d qu n c s j y merci bonjour très sans peut aussi même deux cet ces oui non "
        "quand -eux -ment -aient -ait -ique -eur -ière "},
    {"es", 1u << SCRIPT_LATIN, "áéíñóúü",
        " el la los las de del y en que un una es por con no se para su al lo como más pero "
        "sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay "
        "donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos "
        "e esto mí antes algunos qué unos yo otro otras otra él tanto esa estos mucho nada "
        "muchos cual sea poco ella estar estas estaba son fue está buenos buenas días "
        "gracias hola tiene ser ha han -ción -dad -ciones -mente -ado -ando "},
    {"pt", 1u << SCRIPT_LATIN, "áâãàçéêíóôõú",
        " o a os as de do da dos das e é em um uma que não para por com se no na nos nas ao "
        "à mais como mas foi ele ela seu sua ou ser quando muito já está eu também só pelo "
        "pela até isso entre depois sem mesmo aos seus quem me esse eles você essa num nem "
        "suas meu às minha têm numa pelos pelas elas havia seja qual nós lhe deles são tem "
        "obrigado obrigada bom dia olá sobre qualquer -ção -ções -dade -mente -ado -inha "
        "-inho "},
    {"it", 1u << SCRIPT_LATIN, "àèéìíîòóùú",
        " il lo la i gli le di del della dei delle degli e è in un una che non per con si da "
        "dal dalla al alla ai nel nella nei sono come più ma anche su sul sulla questo "
        "questa se ci o ha hanno essere era lui lei io tu noi voi loro mio mia suo sua "
        "quando dove chi cosa molto tutto tutti già ancora dopo senza tra fra due perché "
        "così solo sia stato ed ad buongiorno grazie ciao dell all l d nell dall c quest "
        "-zione -mente -ità -gli -ello -ono -ezza "},
    {"ro", 1u << SCRIPT_LATIN, "ăâîșțşţ",
        " și şi de la în a al ale cu pe un o este sunt nu că se din pentru mai care ce sau "
        "dar ca lui ei el ea eu tu noi voi lor fi fost are au am ai prin după când unui unei "
        "foarte acest această astfel între fără până sa său mea meu bună ziua către cel cea "
        "cele fie dintre asupra într un mulțumesc -ului -ilor -ție -ții -ează -ele "},
    {"sv", 1u << SCRIPT_LATIN, "åäöé",
        " och i att det som en på är av för med den till inte han de om ett var har hon jag "
        "men så sig från vi kan när nu skulle där man eller vid också hade mycket efter mot "
        "över bara ut upp under ska då mig här vara ingen något alla in dig era detta sin än "
        "hur blir blev vad bli min sitt du mellan genom tack god dag -ning -het -ande -arna "
        "-erna -tion "},
    {"da", 1u << SCRIPT_LATIN, "æøåé",
        " og i at det som en på er af for med den til ikke han de om et var har hun jeg men "
        "så sig fra vi kan når nu skulle der man eller ved også havde meget efter mod over "
        "kun ud op under skal da mig her være ingen noget alle ind dig blev hvor hvad blive "
        "min sit du mellem bliver uden hvis hvordan hvorfor godt tak disse denne dette deres "
        "mere ej gennem sådan sådanne nogle f eks selv jo kaldes -tion -hed -else -lig -lige "
        "-erne "},
    {"no", 1u << SCRIPT_LATIN, "æøåéòô",
        " og i at det som en på er av for med den til ikke han de om et var har hun jeg men "
        "så seg fra vi kan når nå skulle der man eller ved også hadde mye etter mot over "
        "bare ut opp under skal da meg her være ingen noe alle inn deg ble hvor hva bli min "
        "sitt du mellom blir uten hvis hvordan hvorfor godt takk disse denne dette deres mer "
        "ei ikkje eg vår gjennom slik slike noen selv jo kalles -sjon -het -else -lig -lige "
        "-ene "},
    {"fi", 1u << SCRIPT_LATIN, "äöå",
        " ja on ei että se hän oli ovat joka mutta kun niin myös tai kuin sen olla ole mitä "
        "tämä nyt vain jos hänen minä sinä me te he siitä voi sitä ne vielä jotka ollut "
        "kuten sekä mukaan jälkeen kanssa ennen mikä missä koska joten näin eivät olisi "
        "hyvää päivää kiitos kaikki -ssa -ssä -lla -llä -sta -stä -ksi -nen -aan -ään -een "
        "-isen -iset "},
    {"hu", 1u << SCRIPT_LATIN, "áéíóöőúüű",
        " a az és hogy nem is egy ez volt meg de csak mint már van el ha vagy ki még azt "
        "akkor be le után olyan ezt aki sem lehet mert minden nagy kell amely majd lesz fel "
        "én te ő mi ti ők volna pedig más így itt ott jó napot között során által két vannak "
        "melyet mikor mely -ban -ben -nak -nek -ság -ség -val -vel -ból -ből -kor -tok "},
    {"cs", 1u << SCRIPT_LATIN, "áčďéěíňóřšťúůýž",
        " a se v na je že s z do o to k i za ve by ale jako jsou pro po tak už jeho od co "
        "který která které při být bylo byl byla jen nebo si ze kde když než také až jejich "
        "však není jsem jsme jste mezi pouze tento tato může dobrý den děkuji jak či má jí "
        "-ých -ého -ost -ní -ová -ými "},
    {"pl", 1u << SCRIPT_LATIN, "ąćęłńóśźż",
        " i w na z do się że nie to jest o a jak od za po przez przy ale co dla czy był była "
        "było są jego tym jako ich ze być już tylko który która które lub oraz może przed "
        "bardzo jej tak gdy pod więc ten ta te także między jeszcze mnie mi pan pani dzień "
        "dobry tego dziękuję -ego -owa -ość -nie -ych -ów -ski "},
    {"tr", 1u << SCRIPT_LATIN, "çğıöşüâîû",
        " ve bir bu da de için ile olarak çok daha gibi olan ne var en o ancak ama kadar "
        "sonra her ben sen biz siz onlar mi mı değil ya ki şey oldu olduğu veya tarafından "
        "diye göre iki yok nasıl iyi günler merhaba teşekkür -lar -ler -dır -dir -nin -nın "
        "-daki -deki -lık -lik -ları -leri -yor "},
    {"id", 1u << SCRIPT_LATIN, "é",
        " yang dan di dari dengan untuk pada ini itu dalam tidak adalah ke akan oleh sebagai "
        "juga atau karena ada saya kami kita mereka dia anda telah dapat bisa lebih seperti "
        "sudah hanya banyak saat antara tersebut secara para orang bahwa namun sangat "
        "selamat pagi terima kasih menjadi sebuah apa -nya -kan -lah -an "},
    {"vi", 1u << SCRIPT_LATIN,
        "ăâđêôơưáàãảạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ",
        " là và của có không một các những được trong cho người với này đã tôi bạn cũng như "
        "từ khi đến ra để về thì ở nhiều còn theo vào nó rất mà làm trên hay sẽ lại hai xin "
        "chào cảm ơn "},
    {"ru", 1u << SCRIPT_CYRILLIC, "ыэъё",
        " и в не на что с как это по из он она они к у за от для о же но так все его только "
        "было был или бы если когда я ты мы вы мне нет да есть еще ещё которые который может "
        "при до их ее её чтобы также этот эта "},
    {"uk", 1u << SCRIPT_CYRILLIC, "іїєґ",
        " і в не на що з як це по із він вона вони до у за від для про та але так всі його "
        "тільки було був або якщо коли я ти ми ви мені ні є ще які який може при їх її щоб "
        "також цей ця "},
    {"zh", 1u << SCRIPT_HAN, "", ""},
    {"ja", 1u << SCRIPT_HAN | 1u << SCRIPT_KANA, "", ""},
    {"ko", 1u << SCRIPT_HANGUL, "", ""},
    {"ar", 1u << SCRIPT_ARABIC, "", ""},
    {"hi", 1u << SCRIPT_DEVANAGARI, "", ""},
    {"th", 1u << SCRIPT_THAI, "", ""},
    {"el", 1u << SCRIPT_GREEK, "", ""},
    {"he", 1u << SCRIPT_HEBREW, "", ""},
    {"ka", 1u << SCRIPT_GEORGIAN, "", ""},
    {"hy", 1u << SCRIPT_ARMENIAN, "", ""},
    {"bn", 1u << SCRIPT_BENGALI, "", ""},
    {"ta", 1u << SCRIPT_TAMIL, "", ""},
    {"te", 1u << SCRIPT_TELUGU, "", ""},
    {"ml", 1u << SCRIPT_MALAYALAM, "", ""},
};

#endif
