/* SPDX-License-Identifier: Apache-2.0 */
/* Letters for sheets, drawn for this project. A letter is eight rows of five points; a row is one
 * digit of base 32 whose bits are the points, the leftmost the highest. */
#include "cli/sheet.h"

#include <string.h>
#include <wchar.h>

/* clang-format off */
static const char letters[95][9] = {
    "00000000", "44444040", "AA000000", "AAVAVAA0", "4FKE5U40", "OP248J30", "CIK8LID0", "44000000", /*  !"#$%&' */
    "24888420", "84222480", "04LEL400", "044V4400", "00000448", "000V0000", "00000CC0", "01248G00", /* ()*+,-./ */
    "EHJLPHE0", "4C4444E0", "EH1248V0", "V2421HE0", "26AIV220", "VGU11HE0", "68GUHHE0", "V1248880", /* 01234567 */
    "EHHEHHE0", "EHHF12C0", "0CC0CC00", "0CC0C480", "248G8420", "00V0V000", "84212480", "EH124040", /* 89:;<=>? */
    "EH1DLLE0", "EHHVHHH0", "UHHUHHU0", "EHGGGHE0", "SIHHHIS0", "VGGUGGV0", "VGGUGGG0", "EHGNHHF0", /* @ABCDEFG */
    "HHHVHHH0", "E44444E0", "72222IC0", "HIKOKIH0", "GGGGGGV0", "HRLLHHH0", "HHPLJHH0", "EHHHHHE0", /* HIJKLMNO */
    "UHHUGGG0", "EHHHLID0", "UHHUKIH0", "FGGE11U0", "V4444440", "HHHHHHE0", "HHHHHA40", "HHHLLLA0", /* PQRSTUVW */
    "HHA4AHH0", "HHHA4440", "V1248GV0", "E88888E0", "0G842100", "E22222E0", "4AH00000", "0000000V", /* XYZ[\]^_ */
    "84000000", "00E1FHF0", "GGMPHHU0", "00EGGHE0", "11DJHHF0", "00EHVGE0", "698S8880", "00FHHF1E", /* `abcdefg */
    "GGMPHHH0", "40C444E0", "206222IC", "GGIKOKI0", "C44444E0", "00QLLHH0", "00MPHHH0", "00EHHHE0", /* hijklmno */
    "00UHHUGG", "00FHHF11", "00MPGGG0", "00FGE1U0", "88S88960", "00HHHJD0", "00HHHA40", "00HHLLA0", /* pqrstuvw */
    "00HA4AH0", "00HHHF1E", "00V248V0", "24484420", "44444440", "84424480", "0008L200",             /* xyz{|}~ */
};
/* clang-format on */
static const char box[] = "VHHHHHV0";
/* U+00C0 to U+00FF without accents. */
static const char plain[] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

static const char *letter(wchar_t c)
{
    if (c >= 0xc0 && c <= 0xff)
        c = plain[c - 0xc0];
    return c >= 32 && c < 127 ? letters[c - 32] : box;
}

static void point(struct ih_picture *p, int x, int y, int scale)
{
    for (int i = 0; i < scale; i++)
        for (int k = 0; k < scale; k++)
            if (x + k >= 0 && x + k < p->width && y + i >= 0 && y + i < p->height)
                memset(p->rgb + ((size_t)(y + i) * (size_t)p->width + (size_t)(x + k)) * 3, 0, 3);
}

void font_draw(struct ih_picture *p, int x, int y, int scale, const char *text, size_t bytes)
{
    mbstate_t state = {0};
    for (size_t at = 0; at < bytes; x += FONT_WIDTH * scale) {
        wchar_t c = 0xfffd;
        size_t n = mbrtowc(&c, text + at, bytes - at, &state);
        if (n == 0 || n == (size_t)-1 || n == (size_t)-2) {
            n = 1;
            c = 0xfffd;
            memset(&state, 0, sizeof state);
        }
        at += n;
        const char *rows = letter(c);
        for (int i = 0; rows[i]; i++) {
            int bits = rows[i] <= '9' ? rows[i] - '0' : rows[i] - 'A' + 10;
            for (int k = 0; k < 5; k++)
                if (bits >> (4 - k) & 1)
                    point(p, x + k * scale, y + i * scale, scale);
        }
    }
}
