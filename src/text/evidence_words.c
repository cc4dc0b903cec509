/* SPDX-License-Identifier: Apache-2.0 */
#include "text/evidence_words.h"

#include "text/evidence.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct word table[] = {
    {"the of and to in is was that with from were which", WORD_STOP, ENGLISH, 0, 0},
    {"der die das und den dem ist ein eine von mit nicht im zu auf wurde des", WORD_STOP, GERMAN, 0, 0},
    {"le les et des du une est dans au aux sur qui que pour", WORD_STOP, FRENCH, 0, 0},
    {"el los las y del una es en con por se su que para", WORD_STOP, SPANISH, 0, 0},

    {"zero", WORD_NUMBER, ENGLISH, 0, 0}, {"one", WORD_NUMBER, ENGLISH, 1, 0}, {"two", WORD_NUMBER, ENGLISH, 2, 0},
    {"three", WORD_NUMBER, ENGLISH, 3, 0}, {"four", WORD_NUMBER, ENGLISH, 4, 0}, {"five", WORD_NUMBER, ENGLISH, 5, 0},
    {"six", WORD_NUMBER, ENGLISH | FRENCH, 6, 0}, {"seven", WORD_NUMBER, ENGLISH, 7, 0}, {"eight", WORD_NUMBER, ENGLISH, 8, 0},
    {"nine", WORD_NUMBER, ENGLISH, 9, 0}, {"ten", WORD_NUMBER, ENGLISH, 10, 0}, {"eleven", WORD_NUMBER, ENGLISH, 11, 0},
    {"twelve", WORD_NUMBER, ENGLISH, 12, 0}, {"thirteen", WORD_NUMBER, ENGLISH, 13, 0}, {"fourteen", WORD_NUMBER, ENGLISH, 14, 0},
    {"fifteen", WORD_NUMBER, ENGLISH, 15, 0}, {"sixteen", WORD_NUMBER, ENGLISH, 16, 0}, {"seventeen", WORD_NUMBER, ENGLISH, 17, 0},
    {"eighteen", WORD_NUMBER, ENGLISH, 18, 0}, {"nineteen", WORD_NUMBER, ENGLISH, 19, 0}, {"twenty", WORD_NUMBER, ENGLISH, 20, 0},
    {"thirty", WORD_NUMBER, ENGLISH, 30, 0}, {"forty", WORD_NUMBER, ENGLISH, 40, 0}, {"fifty", WORD_NUMBER, ENGLISH, 50, 0},
    {"sixty", WORD_NUMBER, ENGLISH, 60, 0}, {"seventy", WORD_NUMBER, ENGLISH, 70, 0}, {"eighty", WORD_NUMBER, ENGLISH, 80, 0},
    {"ninety", WORD_NUMBER, ENGLISH, 90, 0},

    {"null", WORD_NUMBER, GERMAN, 0, 0}, {"eins", WORD_NUMBER, GERMAN, 1, 0}, {"zwei", WORD_NUMBER, GERMAN, 2, 0},
    {"drei", WORD_NUMBER, GERMAN, 3, 0}, {"vier", WORD_NUMBER, GERMAN, 4, 0}, {"fünf", WORD_NUMBER, GERMAN, 5, 0},
    {"sechs", WORD_NUMBER, GERMAN, 6, 0}, {"sieben", WORD_NUMBER, GERMAN, 7, 0}, {"acht", WORD_NUMBER, GERMAN, 8, 0},
    {"neun", WORD_NUMBER, GERMAN, 9, 0}, {"zehn", WORD_NUMBER, GERMAN, 10, 0}, {"elf", WORD_NUMBER, GERMAN, 11, 0},
    {"zwölf", WORD_NUMBER, GERMAN, 12, 0}, {"dreizehn", WORD_NUMBER, GERMAN, 13, 0}, {"vierzehn", WORD_NUMBER, GERMAN, 14, 0},
    {"fünfzehn", WORD_NUMBER, GERMAN, 15, 0}, {"sechzehn", WORD_NUMBER, GERMAN, 16, 0}, {"siebzehn", WORD_NUMBER, GERMAN, 17, 0},
    {"achtzehn", WORD_NUMBER, GERMAN, 18, 0}, {"neunzehn", WORD_NUMBER, GERMAN, 19, 0}, {"zwanzig", WORD_NUMBER, GERMAN, 20, 0},
    {"dreißig dreissig", WORD_NUMBER, GERMAN, 30, 0}, {"vierzig", WORD_NUMBER, GERMAN, 40, 0}, {"fünfzig", WORD_NUMBER, GERMAN, 50, 0},
    {"sechzig", WORD_NUMBER, GERMAN, 60, 0}, {"siebzig", WORD_NUMBER, GERMAN, 70, 0}, {"achtzig", WORD_NUMBER, GERMAN, 80, 0},
    {"neunzig", WORD_NUMBER, GERMAN, 90, 0},

    {"deux", WORD_NUMBER, FRENCH, 2, 0}, {"trois", WORD_NUMBER, FRENCH, 3, 0}, {"quatre", WORD_NUMBER, FRENCH, 4, 0},
    {"cinq", WORD_NUMBER, FRENCH, 5, 0}, {"sept", WORD_NUMBER, FRENCH, 7, 0}, {"huit", WORD_NUMBER, FRENCH, 8, 0},
    {"neuf", WORD_NUMBER, FRENCH, 9, 0}, {"dix", WORD_NUMBER, FRENCH, 10, 0}, {"onze", WORD_NUMBER, FRENCH, 11, 0},
    {"douze", WORD_NUMBER, FRENCH, 12, 0}, {"treize", WORD_NUMBER, FRENCH, 13, 0}, {"quatorze", WORD_NUMBER, FRENCH, 14, 0},
    {"quinze", WORD_NUMBER, FRENCH, 15, 0}, {"seize", WORD_NUMBER, FRENCH, 16, 0}, {"vingt vingts", WORD_NUMBER, FRENCH, 20, 0},
    {"trente", WORD_NUMBER, FRENCH, 30, 0}, {"quarante", WORD_NUMBER, FRENCH, 40, 0}, {"cinquante", WORD_NUMBER, FRENCH, 50, 0},
    {"soixante", WORD_NUMBER, FRENCH, 60, 0}, {"septante", WORD_NUMBER, FRENCH, 70, 0}, {"huitante", WORD_NUMBER, FRENCH, 80, 0},
    {"nonante", WORD_NUMBER, FRENCH, 90, 0},

    {"dos", WORD_NUMBER, SPANISH, 2, 0}, {"tres", WORD_NUMBER, SPANISH, 3, 0}, {"cuatro", WORD_NUMBER, SPANISH, 4, 0},
    {"cinco", WORD_NUMBER, SPANISH, 5, 0}, {"seis", WORD_NUMBER, SPANISH, 6, 0}, {"siete", WORD_NUMBER, SPANISH, 7, 0},
    {"ocho", WORD_NUMBER, SPANISH, 8, 0}, {"nueve", WORD_NUMBER, SPANISH, 9, 0}, {"diez", WORD_NUMBER, SPANISH, 10, 0},
    {"once", WORD_NUMBER, SPANISH, 11, 0}, {"doce", WORD_NUMBER, SPANISH, 12, 0}, {"trece", WORD_NUMBER, SPANISH, 13, 0},
    {"catorce", WORD_NUMBER, SPANISH, 14, 0}, {"quince", WORD_NUMBER, SPANISH, 15, 0}, {"dieciséis", WORD_NUMBER, SPANISH, 16, 0},
    {"diecisiete", WORD_NUMBER, SPANISH, 17, 0}, {"dieciocho", WORD_NUMBER, SPANISH, 18, 0}, {"diecinueve", WORD_NUMBER, SPANISH, 19, 0},
    {"veinte", WORD_NUMBER, SPANISH, 20, 0}, {"veintiuno veintiún veintiuna", WORD_NUMBER, SPANISH, 21, 0},
    {"veintidós", WORD_NUMBER, SPANISH, 22, 0}, {"veintitrés", WORD_NUMBER, SPANISH, 23, 0}, {"veinticuatro", WORD_NUMBER, SPANISH, 24, 0},
    {"veinticinco", WORD_NUMBER, SPANISH, 25, 0}, {"veintiséis", WORD_NUMBER, SPANISH, 26, 0}, {"veintisiete", WORD_NUMBER, SPANISH, 27, 0},
    {"veintiocho", WORD_NUMBER, SPANISH, 28, 0}, {"veintinueve", WORD_NUMBER, SPANISH, 29, 0}, {"treinta", WORD_NUMBER, SPANISH, 30, 0},
    {"cuarenta", WORD_NUMBER, SPANISH, 40, 0}, {"cincuenta", WORD_NUMBER, SPANISH, 50, 0}, {"sesenta", WORD_NUMBER, SPANISH, 60, 0},
    {"setenta", WORD_NUMBER, SPANISH, 70, 0}, {"ochenta", WORD_NUMBER, SPANISH, 80, 0}, {"noventa", WORD_NUMBER, SPANISH, 90, 0},

    {"hundred", WORD_HUNDRED, ENGLISH, 100, 0}, {"hundert", WORD_HUNDRED, GERMAN, 100, 0}, {"cent cents", WORD_HUNDRED, FRENCH, 100, 0},
    {"cien ciento", WORD_HUNDRED, SPANISH, 100, 0}, {"doscientos doscientas", WORD_HUNDRED, SPANISH, 200, 0},
    {"trescientos trescientas", WORD_HUNDRED, SPANISH, 300, 0}, {"quinientos quinientas", WORD_HUNDRED, SPANISH, 500, 0},
    {"thousand", WORD_SCALE, ENGLISH, 1e3, 0}, {"k", WORD_SCALE, ANY, 1e3, 0}, {"tausend tsd", WORD_SCALE, GERMAN, 1e3, 0},
    {"mille", WORD_SCALE, FRENCH, 1e3, 0}, {"mil", WORD_SCALE, SPANISH, 1e3, 0},
    {"million millions mn mio", WORD_SCALE, ANY, 1e6, 0}, {"millionen", WORD_SCALE, GERMAN, 1e6, 0}, {"millón millones", WORD_SCALE, SPANISH, 1e6, 0},
    {"bn", WORD_SCALE, ANY, 1e9, 0}, {"billion billions", WORD_SCALE, ENGLISH, 1e9, 0}, {"milliarde milliarden mrd", WORD_SCALE, GERMAN, 1e9, 0},
    {"milliard milliards md mds", WORD_SCALE, FRENCH, 1e9, 0}, {"trillion trillions tn", WORD_SCALE, ENGLISH, 1e12, 0},
    {"billion billionen", WORD_SCALE, GERMAN, 1e12, 0}, {"billion billions", WORD_SCALE, FRENCH, 1e12, 0}, {"billón billones", WORD_SCALE, SPANISH, 1e12, 0},
    {"dozen", WORD_SCALE, ENGLISH, 12, 0}, {"dutzend", WORD_SCALE, GERMAN, 12, 0}, {"douzaine douzaines", WORD_SCALE, FRENCH, 12, 0},
    {"docena docenas", WORD_SCALE, SPANISH, 12, 0}, {"lakh lakhs", WORD_SCALE, ENGLISH, 1e5, 0}, {"crore crores", WORD_SCALE, ENGLISH, 1e7, 0},
    {"a an one", WORD_ONE, ENGLISH, 1, 0}, {"ein eine einem einer eines", WORD_ONE, GERMAN, 1, 0}, {"un une", WORD_ONE, FRENCH, 1, 0},
    {"un una", WORD_ONE, SPANISH, 1, 0},
    {"half", WORD_FRACTION, ENGLISH, 2, 0}, {"third thirds", WORD_FRACTION, ENGLISH, 3, 0}, {"quarter quarters", WORD_FRACTION, ENGLISH, 4, 0},
    {"fifth fifths", WORD_FRACTION, ENGLISH, 5, 0}, {"sixth sixths", WORD_FRACTION, ENGLISH, 6, 0}, {"eighth eighths", WORD_FRACTION, ENGLISH, 8, 0},
    {"tenth tenths", WORD_FRACTION, ENGLISH, 10, 0},
    {"hälfte", WORD_FRACTION, GERMAN, 2, 0}, {"drittel", WORD_FRACTION, GERMAN, 3, 0}, {"viertel", WORD_FRACTION, GERMAN, 4, 0},
    {"fünftel", WORD_FRACTION, GERMAN, 5, 0}, {"zehntel", WORD_FRACTION, GERMAN, 10, 0},
    {"moitié", WORD_FRACTION, FRENCH, 2, 0}, {"tiers", WORD_FRACTION, FRENCH, 3, 0}, {"quart quarts", WORD_FRACTION, FRENCH, 4, 0},
    {"mitad", WORD_FRACTION, SPANISH, 2, 0}, {"tercio tercios", WORD_FRACTION, SPANISH, 3, 0}, {"cuarto cuartos", WORD_FRACTION, SPANISH, 4, 0},

    {"january jan", WORD_MONTH, ENGLISH, 1, 0}, {"february feb", WORD_MONTH, ENGLISH, 2, 0}, {"march mar", WORD_MONTH, ENGLISH, 3, 0},
    {"april apr", WORD_MONTH, ENGLISH | GERMAN, 4, 0}, {"may", WORD_MONTH, ENGLISH, 5, 0}, {"june jun", WORD_MONTH, ENGLISH, 6, 0},
    {"july jul", WORD_MONTH, ENGLISH, 7, 0}, {"august aug", WORD_MONTH, ENGLISH | GERMAN, 8, 0}, {"september sep sept", WORD_MONTH, ENGLISH | GERMAN, 9, 0},
    {"october oct", WORD_MONTH, ENGLISH, 10, 0}, {"november nov", WORD_MONTH, ENGLISH | GERMAN, 11, 0}, {"december dec", WORD_MONTH, ENGLISH, 12, 0},
    {"januar jänner", WORD_MONTH, GERMAN, 1, 0}, {"februar", WORD_MONTH, GERMAN, 2, 0}, {"märz", WORD_MONTH, GERMAN, 3, 0}, {"mai", WORD_MONTH, GERMAN | FRENCH, 5, 0},
    {"juni", WORD_MONTH, GERMAN, 6, 0}, {"juli", WORD_MONTH, GERMAN, 7, 0}, {"oktober", WORD_MONTH, GERMAN, 10, 0}, {"dezember", WORD_MONTH, GERMAN, 12, 0},
    {"janvier", WORD_MONTH, FRENCH, 1, 0}, {"février", WORD_MONTH, FRENCH, 2, 0}, {"mars", WORD_MONTH, FRENCH, 3, 0}, {"avril", WORD_MONTH, FRENCH, 4, 0},
    {"juin", WORD_MONTH, FRENCH, 6, 0}, {"juillet", WORD_MONTH, FRENCH, 7, 0}, {"août", WORD_MONTH, FRENCH, 8, 0}, {"septembre", WORD_MONTH, FRENCH, 9, 0},
    {"octobre", WORD_MONTH, FRENCH, 10, 0}, {"novembre", WORD_MONTH, FRENCH, 11, 0}, {"décembre", WORD_MONTH, FRENCH, 12, 0},
    {"enero", WORD_MONTH, SPANISH, 1, 0}, {"febrero", WORD_MONTH, SPANISH, 2, 0}, {"marzo", WORD_MONTH, SPANISH, 3, 0}, {"abril", WORD_MONTH, SPANISH, 4, 0},
    {"mayo", WORD_MONTH, SPANISH, 5, 0}, {"junio", WORD_MONTH, SPANISH, 6, 0}, {"julio", WORD_MONTH, SPANISH, 7, 0}, {"agosto", WORD_MONTH, SPANISH, 8, 0},
    {"septiembre setiembre", WORD_MONTH, SPANISH, 9, 0}, {"octubre", WORD_MONTH, SPANISH, 10, 0}, {"noviembre", WORD_MONTH, SPANISH, 11, 0},
    {"diciembre", WORD_MONTH, SPANISH, 12, 0},
    {"am", WORD_AM, ENGLISH, 0, 0}, {"pm", WORD_PM, ENGLISH, 0, 0}, {"uhr", WORD_CLOCK, GERMAN, 0, 0}, {"heures", WORD_CLOCK, FRENCH, 0, 0},

    {"about around roughly approximately some circa ca approx", WORD_HEDGE, ENGLISH, HEDGE_ABOUT, 0},
    {"over exceeding above topping", WORD_HEDGE, ENGLISH, HEDGE_MORE, 0}, {"nearly almost under below", WORD_HEDGE, ENGLISH, HEDGE_LESS, 0},
    {"rund etwa ungefähr circa ca zirka", WORD_HEDGE, GERMAN, HEDGE_ABOUT, 0}, {"über gut", WORD_HEDGE, GERMAN, HEDGE_MORE, 0},
    {"knapp fast beinahe unter", WORD_HEDGE, GERMAN, HEDGE_LESS, 0}, {"environ quelque quelques", WORD_HEDGE, FRENCH, HEDGE_ABOUT, 0},
    {"presque", WORD_HEDGE, FRENCH, HEDGE_LESS, 0}, {"unos unas aproximadamente", WORD_HEDGE, SPANISH, HEDGE_ABOUT, 0}, {"casi", WORD_HEDGE, SPANISH, HEDGE_LESS, 0},
    {"more greater higher longer larger", WORD_THAN, ENGLISH, HEDGE_MORE, 0}, {"less fewer lower shorter smaller", WORD_THAN, ENGLISH, HEDGE_LESS, 0},
    {"mehr", WORD_THAN, GERMAN, HEDGE_MORE, 0}, {"weniger", WORD_THAN, GERMAN, HEDGE_LESS, 0}, {"plus", WORD_THAN, FRENCH, HEDGE_MORE, 0},
    {"moins", WORD_THAN, FRENCH, HEDGE_LESS, 0}, {"près", WORD_THAN, FRENCH, HEDGE_ABOUT, 0}, {"más", WORD_THAN, SPANISH, HEDGE_MORE, 0},
    {"menos", WORD_THAN, SPANISH, HEDGE_LESS, 0}, {"cerca alrededor", WORD_THAN, SPANISH, HEDGE_ABOUT, 0},

    {"rose rise rises risen rising fell fall falls fallen grew grow grown growth increase increased decrease decreased up down more less fewer higher lower "
     "gain gained drop dropped difference gap ahead behind later earlier after left remaining cheaper dearer saving saved saves shorter longer older younger before", WORD_CUE, ENGLISH, CUE_DIFFERENCE, 0},
    {"mehr weniger plus minus gestiegen gesunken zuwachs später früher höher niedriger unterschied", WORD_CUE, GERMAN, CUE_DIFFERENCE, 0},
    {"hausse baisse moins augmenté diminué écart différence", WORD_CUE, FRENCH, CUE_DIFFERENCE, 0}, {"más menos aumento subió bajó diferencia", WORD_CUE, SPANISH, CUE_DIFFERENCE, 0},
    {"total together altogether combined sum all both", WORD_CUE, ENGLISH, CUE_SUM, 0}, {"insgesamt zusammen summe", WORD_CUE, GERMAN, CUE_SUM, 0},
    {"total ensemble somme", WORD_CUE, FRENCH, CUE_SUM, 0}, {"total suma juntos", WORD_CUE, SPANISH, CUE_SUM, 0},
    {"times twice double doubled triple tripled share proportion ratio rate fold quarter third half", WORD_CUE, ENGLISH, CUE_RATIO, 0},
    {"mal doppelt anteil viertel drittel hälfte", WORD_CUE, GERMAN, CUE_RATIO, 0}, {"fois part pour moitié tiers quart", WORD_CUE, FRENCH, CUE_RATIO, 0},
    {"veces parte mitad", WORD_CUE, SPANISH, CUE_RATIO, 0},
    {"source sources section chapter figure table step part page appendix note item point question option line", WORD_PART, ENGLISH, 0, 0},
    {"quelle abschnitt kapitel abbildung tabelle schritt teil seite punkt", WORD_PART, GERMAN, 0, 0}, {"source section chapitre figure tableau étape partie page", WORD_PART, FRENCH, 0, 0},
    {"fuente sección capítulo figura tabla paso parte página", WORD_PART, SPANISH, 0, 0},
    {"said says say wrote writes called calls described describes told tells warned warns admitted admits explained explains as notes noted asked asks replied", WORD_SAYS, ENGLISH, 0, 0},
    {"sagte sagt schrieb schreibt nannte nennt meinte meint sprach", WORD_SAYS, GERMAN, 0, 0}, {"dit écrit appelle qualifie parle", WORD_SAYS, FRENCH, 0, 0},
    {"dijo dice escribió explica llamó", WORD_SAYS, SPANISH, 0, 0},

    {"square sq", WORD_SQUARE, ENGLISH, 0, 0}, {"carré carrés", WORD_SQUARE, FRENCH, 0, 0}, {"cuadrado cuadrados", WORD_SQUARE, SPANISH, 0, 0},
    {"cubic cu", WORD_CUBIC, ENGLISH, 0, 0}, {"cube cubes", WORD_CUBIC, FRENCH, 0, 0}, {"cúbico cúbicos", WORD_CUBIC, SPANISH, 0, 0},
    {"km kilometre kilometres kilometer kilometers kilometern kilomètre kilomètres kilómetro kilómetros", WORD_UNIT, ANY, 1e3, LENGTH},
    {"m metre metres meter meters metern mètre mètres metro metros", WORD_UNIT, ANY, 1, LENGTH}, {"dm", WORD_UNIT, ANY, 0.1, LENGTH},
    {"cm centimetre centimetres centimeter centimeters zentimeter zentimetern centimètre centimètres centímetro centímetros", WORD_UNIT, ANY, 0.01, LENGTH},
    {"mm millimetre millimetres millimeter millimeters millimetern millimètre millimètres milímetro milímetros", WORD_UNIT, ANY, 1e-3, LENGTH},
    {"µm μm micrometre micrometres micron microns mikrometer", WORD_UNIT, ANY, 1e-6, LENGTH}, {"nm nanometre nanometres nanometer", WORD_UNIT, ANY, 1e-9, LENGTH},
    {"mi mile miles meile meilen milla millas", WORD_UNIT, ANY, 1609.344, LENGTH}, {"ft foot feet fuß", WORD_UNIT, ANY, 0.3048, LENGTH}, {"inch inches zoll", WORD_UNIT, ANY, 0.0254, LENGTH},
    {"yd yard yards", WORD_UNIT, ANY, 0.9144, LENGTH},
    {"ha hectare hectares hektar hectárea hectáreas", WORD_UNIT, ANY, 1e4, AREA}, {"acre acres", WORD_UNIT, ANY, 4046.8564224, AREA},
    {"quadratkilometer quadratkilometern", WORD_UNIT, GERMAN, 1e6, AREA}, {"quadratmeter quadratmetern", WORD_UNIT, GERMAN, 1, AREA},
    {"kubikmeter kubikmetern", WORD_UNIT, GERMAN, 1, VOLUME}, {"l litre litres liter liters litern litro litros", WORD_UNIT, ANY, 1e-3, VOLUME}, {"cl", WORD_UNIT, ANY, 1e-5, VOLUME},
    {"ml millilitre millilitres milliliter milliliters mililitros", WORD_UNIT, ANY, 1e-6, VOLUME}, {"hl hectolitre hectolitres hektoliter", WORD_UNIT, ANY, 0.1, VOLUME},
    {"gallon gallons", WORD_UNIT, ENGLISH, 3.785411784e-3, VOLUME}, {"barrel barrels", WORD_UNIT, ENGLISH, 0.158987294928, VOLUME},
    {"kg kilo kilos kilogram kilograms kilogramm kilogrammes kilogramos kilogramme", WORD_UNIT, ANY, 1, MASS}, {"g gram grams gramm grammes gramo gramos gramme", WORD_UNIT, ANY, 1e-3, MASS},
    {"mg milligram milligrams milligramm milligrammes miligramos", WORD_UNIT, ANY, 1e-6, MASS}, {"µg μg mcg microgram micrograms", WORD_UNIT, ANY, 1e-9, MASS},
    {"t tonne tonnes ton tons tonnen tonelada toneladas", WORD_UNIT, ANY, 1e3, MASS}, {"lb lbs", WORD_UNIT, ANY, 0.45359237, MASS}, {"oz ounce ounces", WORD_UNIT, ENGLISH, 0.028349523125, MASS},
    {"zentner", WORD_UNIT, GERMAN, 50, MASS},
    {"ms millisecond milliseconds millisekunden", WORD_UNIT, ANY, 1e-3, DURATION}, {"s sec secs second seconds sekunde sekunden seconde secondes segundo segundos", WORD_UNIT, ANY, 1, DURATION},
    {"min mins minute minutes minuten minuto minutos", WORD_UNIT, ANY, 60, DURATION}, {"h hr hrs hour hours stunde stunden heure heures hora horas", WORD_UNIT, ANY, 3600, DURATION},
    {"day days tag tage tagen jour jours día días", WORD_UNIT, ANY, 86400, DURATION}, {"week weeks woche wochen semaine semaines semana semanas", WORD_UNIT, ANY, 604800, DURATION},
    {"month months monat monate monaten mois mes meses", WORD_UNIT, ANY, 1, MONTHS}, {"year years jahr jahre jahren an ans année années año años", WORD_UNIT, ANY, 12, MONTHS},
    {"decade decades jahrzehnt jahrzehnte jahrzehnten décennie décennies década décadas", WORD_UNIT, ANY, 120, MONTHS}, {"century centuries siècle siècles siglo siglos", WORD_UNIT, ANY, 1200, MONTHS},
    {"celsius", WORD_UNIT, ANY, 1, CELSIUS}, {"fahrenheit", WORD_UNIT, ANY, 1, FAHRENHEIT}, {"degree degrees grad degré degrés grado grados", WORD_UNIT, ANY, 1, DEGREES},
    {"w watt watts", WORD_UNIT, ANY, 1, POWER}, {"kw kilowatt kilowatts", WORD_UNIT, ANY, 1e3, POWER}, {"mw megawatt megawatts", WORD_UNIT, ANY, 1e6, POWER}, {"gw gigawatt gigawatts", WORD_UNIT, ANY, 1e9, POWER},
    {"wh", WORD_UNIT, ANY, 3600, ENERGY}, {"kwh kilowattstunde kilowattstunden kilowattheures", WORD_UNIT, ANY, 3.6e6, ENERGY}, {"mwh megawattstunden", WORD_UNIT, ANY, 3.6e9, ENERGY},
    {"gwh gigawattstunden", WORD_UNIT, ANY, 3.6e12, ENERGY}, {"twh", WORD_UNIT, ANY, 3.6e15, ENERGY}, {"j joule joules", WORD_UNIT, ANY, 1, ENERGY}, {"kj kilojoules", WORD_UNIT, ANY, 1e3, ENERGY},
    {"kcal kilocalories", WORD_UNIT, ANY, 4184, ENERGY}, {"cal calories kalorien", WORD_UNIT, ANY, 4.184, ENERGY},
    {"byte bytes", WORD_UNIT, ANY, 1, DATA}, {"kb kilobytes", WORD_UNIT, ANY, 1e3, DATA}, {"mb megabyte megabytes", WORD_UNIT, ANY, 1e6, DATA}, {"gb gigabyte gigabytes", WORD_UNIT, ANY, 1e9, DATA},
    {"tb terabyte terabytes", WORD_UNIT, ANY, 1e12, DATA}, {"pb petabyte petabytes", WORD_UNIT, ANY, 1e15, DATA}, {"kib", WORD_UNIT, ANY, 1024, DATA}, {"mib", WORD_UNIT, ANY, 1048576, DATA},
    {"gib", WORD_UNIT, ANY, 1073741824, DATA}, {"bit bits", WORD_UNIT, ANY, 0.125, DATA},
    {"pixel pixels px", WORD_UNIT, ANY, 1, PIXELS}, {"megapixel megapixels mp", WORD_UNIT, ANY, 1e6, PIXELS}, {"gigapixel gigapixels", WORD_UNIT, ANY, 1e9, PIXELS},
    {"percent prozent", WORD_UNIT, ANY, 1, PERCENT}, {"prozentpunkt prozentpunkte prozentpunkten pp points punkte punkten puntos", WORD_UNIT, ANY, 1, POINTS},
    {"bp bps basispunkte", WORD_UNIT, ANY, 0.01, POINTS}, {"promille", WORD_UNIT, ANY, 0.1, PERCENT},
    {"times mal fois veces fold x", WORD_UNIT, ANY, 1, TIMES},
    {"pa", WORD_UNIT, ANY, 1, PRESSURE}, {"hpa mbar millibar", WORD_UNIT, ANY, 100, PRESSURE}, {"kpa", WORD_UNIT, ANY, 1e3, PRESSURE}, {"bar", WORD_UNIT, ANY, 1e5, PRESSURE},
    {"mmhg", WORD_UNIT, ANY, 133.322387415, PRESSURE}, {"psi", WORD_UNIT, ANY, 6894.757, PRESSURE}, {"db decibel decibels dezibel décibels decibelios", WORD_UNIT, ANY, 1, SOUND},
    {"v volt volts", WORD_UNIT, ANY, 1, VOLTAGE}, {"kv kilovolts", WORD_UNIT, ANY, 1e3, VOLTAGE}, {"ampere amperes amps", WORD_UNIT, ANY, 1, CURRENT},
    {"hz hertz", WORD_UNIT, ANY, 1, FREQUENCY}, {"khz", WORD_UNIT, ANY, 1e3, FREQUENCY}, {"mhz", WORD_UNIT, ANY, 1e6, FREQUENCY}, {"ghz", WORD_UNIT, ANY, 1e9, FREQUENCY},
    {"cent cents", WORD_UNIT, ENGLISH | GERMAN, 0.01, CENTS}, {"centime centimes céntimo céntimos", WORD_UNIT, ANY, 0.01, CENTS}, {"p penny pence", WORD_UNIT, ENGLISH, 0.01, POUNDS},
    {"usd dollar dollars dólar dólares", WORD_UNIT, ANY, 1, DOLLARS}, {"eur euro euros", WORD_UNIT, ANY, 1, EUROS}, {"gbp pound pounds pfund libras livres", WORD_UNIT, ANY, 1, POUNDS},
    {"jpy yen", WORD_UNIT, ANY, 1, YEN}, {"cny rmb yuan", WORD_UNIT, ANY, 1, YUAN}, {"chf franc francs franken francos", WORD_UNIT, ANY, 1, FRANCS},
    {"crown crowns krone kroner kronor kronen koruna coronas couronnes sek nok dkk czk", WORD_UNIT, ANY, 1, CROWNS}, {"peso pesos", WORD_UNIT, ANY, 1, PESOS},
    {"rupee rupees inr rupien", WORD_UNIT, ANY, 1, RUPEES}, {"rouble roubles ruble rubles rub rubel", WORD_UNIT, ANY, 1, ROUBLES}, {"guilder guilders gulden florins", WORD_UNIT, ANY, 1, GUILDERS},
    {"thaler thalers taler talern", WORD_UNIT, ANY, 1, THALERS}, {"groschen", WORD_UNIT, ANY, 1, GROSCHEN}, {"krw won", WORD_UNIT, GERMAN | FRENCH | SPANISH, 1, WON}, {"zloty zlotys pln", WORD_UNIT, ANY, 1, ZLOTY},
    {"brl reais", WORD_UNIT, ANY, 1, REAIS}, {"lira liras lire try", WORD_UNIT, SPANISH | GERMAN, 1, LIRAS},
};

/* The longer ones first, where one begins like another. */
static const struct word signs[] = {
    {"平方公里", WORD_UNIT, ANY, 1e6, AREA}, {"平方メートル", WORD_UNIT, ANY, 1, AREA}, {"平方米", WORD_UNIT, ANY, 1, AREA}, {"立方米", WORD_UNIT, ANY, 1, VOLUME},
    {"立方メートル", WORD_UNIT, ANY, 1, VOLUME}, {"ヘクタール", WORD_UNIT, ANY, 1e4, AREA}, {"公顷", WORD_UNIT, ANY, 1e4, AREA}, {"公頃", WORD_UNIT, ANY, 1e4, AREA}, {"亩", WORD_UNIT, ANY, 1e4 / 15, AREA},
    {"センチ", WORD_UNIT, ANY, 0.01, LENGTH}, {"ミリ", WORD_UNIT, ANY, 1e-3, LENGTH}, {"公里", WORD_UNIT, ANY, 1e3, LENGTH}, {"千米", WORD_UNIT, ANY, 1e3, LENGTH}, {"厘米", WORD_UNIT, ANY, 0.01, LENGTH}, {"毫米", WORD_UNIT, ANY, 1e-3, LENGTH},
    {"キロメートル", WORD_UNIT, ANY, 1e3, LENGTH}, {"メートル", WORD_UNIT, ANY, 1, LENGTH}, {"米", WORD_UNIT, ANY, 1, LENGTH},
    {"キログラム", WORD_UNIT, ANY, 1, MASS}, {"グラム", WORD_UNIT, ANY, 1e-3, MASS}, {"トン", WORD_UNIT, ANY, 1e3, MASS}, {"公斤", WORD_UNIT, ANY, 1, MASS}, {"千克", WORD_UNIT, ANY, 1, MASS}, {"吨", WORD_UNIT, ANY, 1e3, MASS}, {"噸", WORD_UNIT, ANY, 1e3, MASS},
    {"キロ", WORD_UNIT, ANY, 1, MASS}, {"リットル", WORD_UNIT, ANY, 1e-3, VOLUME}, {"升", WORD_UNIT, ANY, 1e-3, VOLUME},
    {"時間", WORD_UNIT, ANY, 3600, DURATION}, {"小时", WORD_UNIT, ANY, 3600, DURATION}, {"小時", WORD_UNIT, ANY, 3600, DURATION}, {"分钟", WORD_UNIT, ANY, 60, DURATION}, {"分鐘", WORD_UNIT, ANY, 60, DURATION},
    {"分", WORD_UNIT, ANY, 60, DURATION}, {"秒", WORD_UNIT, ANY, 1, DURATION}, {"週間", WORD_UNIT, ANY, 604800, DURATION}, {"周", WORD_UNIT, ANY, 604800, DURATION}, {"年間", WORD_UNIT, ANY, 12, MONTHS}, {"个月", WORD_UNIT, ANY, 1, MONTHS}, {"個月", WORD_UNIT, ANY, 1, MONTHS},
    {"か月", WORD_UNIT, ANY, 1, MONTHS}, {"ヶ月", WORD_UNIT, ANY, 1, MONTHS}, {"年", WORD_UNIT, ANY, 12, MONTHS}, {"天", WORD_UNIT, ANY, 86400, DURATION}, {"日", WORD_UNIT, ANY, 86400, DURATION},
    {"パーセント", WORD_UNIT, ANY, 1, PERCENT}, {"个百分点", WORD_UNIT, ANY, 1, POINTS}, {"ポイント", WORD_UNIT, ANY, 1, POINTS}, {"割", WORD_UNIT, ANY, 10, PERCENT}, {"成", WORD_UNIT, ANY, 10, PERCENT}, {"倍", WORD_UNIT, ANY, 1, TIMES},
    {"摄氏度", WORD_UNIT, ANY, 1, CELSIUS}, {"度", WORD_UNIT, ANY, 1, DEGREES}, {"人民币", WORD_UNIT, ANY, 1, YUAN}, {"日元", WORD_UNIT, ANY, 1, YEN}, {"欧元", WORD_UNIT, ANY, 1, EUROS}, {"ユーロ", WORD_UNIT, ANY, 1, EUROS},
    {"美元", WORD_UNIT, ANY, 1, DOLLARS}, {"ドル", WORD_UNIT, ANY, 1, DOLLARS}, {"英镑", WORD_UNIT, ANY, 1, POUNDS}, {"ポンド", WORD_UNIT, ANY, 1, POUNDS}, {"円", WORD_UNIT, ANY, 1, YEN}, {"元", WORD_UNIT, ANY, 1, YUAN},
};
/* clang-format on */

enum { SLOTS = 4096 };

static void insert(struct wordbook *b, const char *text, size_t bytes, const struct word *w)
{
    uint64_t hash = token_hash(text, bytes);
    size_t at = hash % SLOTS;
    while (b->slot[at].word)
        at = (at + 1) % SLOTS;
    b->slot[at].hash = hash;
    b->slot[at].word = w;
}

bool wordbook_build(struct wordbook *b)
{
    b->slots = SLOTS;
    b->slot = calloc(SLOTS, sizeof *b->slot);
    for (size_t i = 0; b->slot && i < sizeof table / sizeof *table; i++) {
        const char *s = table[i].text;
        while (*s) {
            size_t n = strcspn(s, " ");
            insert(b, s, n, &table[i]);
            s += n + (s[n] == ' ');
        }
    }
    return b->slot != NULL;
}

void wordbook_free(struct wordbook *b)
{
    free(b->slot);
    b->slot = NULL;
}

const struct word *wordbook_find(
    const struct wordbook *b, uint64_t hash, enum word_kind kind, unsigned tongue)
{
    for (size_t at = hash % SLOTS; b->slot[at].word; at = (at + 1) % SLOTS) {
        const struct word *w = b->slot[at].word;
        if (b->slot[at].hash == hash && w->kind == kind && (w->tongue & tongue))
            return w;
    }
    return NULL;
}

bool wordbook_cue(const struct wordbook *b, uint64_t hash, enum cue cue, unsigned tongue)
{
    for (size_t at = hash % SLOTS; b->slot[at].word; at = (at + 1) % SLOTS) {
        const struct word *w = b->slot[at].word;
        if (b->slot[at].hash == hash && w->kind == WORD_CUE && w->value == (double)cue &&
            (w->tongue & tongue))
            return true;
    }
    return false;
}

unsigned wordbook_tongue(const struct wordbook *b, const uint64_t *hash, size_t count, size_t step)
{
    size_t votes[4] = {0}, best = 0;
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < 4; k++)
            votes[k] += wordbook_find(b, *(const uint64_t *)((const char *)hash + i * step),
                            WORD_STOP, 1u << k) != NULL;
    for (size_t k = 1; k < 4; k++)
        if (votes[k] > votes[best])
            best = k;
    return votes[best] ? 1u << best : ANY;
}

bool sign_starts(const char *text, size_t bytes, const char *with)
{
    size_t n = strlen(with);
    return n <= bytes && memcmp(text, with, n) == 0;
}

const struct word *sign_unit(const char *text, size_t bytes)
{
    for (size_t i = 0; bytes && i < sizeof signs / sizeof *signs; i++)
        if (sign_starts(text, bytes, signs[i].text))
            return &signs[i];
    return NULL;
}

double sign_digit(const char *text, size_t bytes)
{
    static const struct {
        const char *text;
        double value;
    } digit[] = {{"〇", 0}, {"零", 0}, {"一", 1}, {"二", 2}, {"两", 2}, {"兩", 2}, {"三", 3},
        {"四", 4}, {"五", 5}, {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}, {"十", 10}, {"百", 100},
        {"千", 1000}, {"万", 1e4}, {"萬", 1e4}, {"億", 1e8}, {"亿", 1e8}, {"兆", 1e12}};
    for (size_t i = 0; i < sizeof digit / sizeof *digit; i++)
        if (sign_starts(text, bytes, digit[i].text))
            return digit[i].value;
    return -1;
}
