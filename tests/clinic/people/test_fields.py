"""How a form's field is shown: what a person reads and a screen reader names, and that nothing typed becomes HTML."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.template import Context, Template


class Form(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label="Name <i>", help_text="As in the passport & card", max_length=5)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A <b>"), ("b", "B")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="Sure", required=False)
    small = forms.CharField(required=False, widget=forms.TextInput(attrs={"class": "own"}))


def drawn(tag: str, **context: Any) -> str:
    html = Template("{% load fields %}{% " + tag + " %}").render(Context(context))
    return re.sub(r">\s+", ">", re.sub(r"\s+", " ", html))


def test_a_field_has_label_control_help_and_errors_that_the_control_names() -> None:
    html = drawn('field form.name "f" label_css="l" has_star=True error_css="e"', form=Form({"name": '<">toolong'}))
    assert html == (
        '<div class="f"><label class="l" for="id_name">Name &lt;i&gt;*</label>'
        '<input type="text" name="name" value="&lt;&quot;&gt;toolong" maxlength="5" class="form-control is-invalid"'
        ' aria-invalid="true" aria-describedby="id_name_helptext id_name_error" id="id_name">'
        '<div class="form-text" id="id_name_helptext">As in the passport &amp; card</div>'
        '<div id="id_name_error"><span class="e">Ensure this value has at most 5 characters (it has 10).</span></div>'
        "</div>"
    )


def test_errors_shown_elsewhere_are_not_shown_again_but_still_marked() -> None:
    html = drawn("field form.name has_no_errors=True", form=Form({"name": ""}))
    assert "is-invalid" in html
    assert "required" not in html


def test_answers_are_a_group_with_the_chosen_one_checked() -> None:
    html = drawn('field form.kind label="Which"', form=Form({"kind": "b"}))
    assert '<fieldset class="field" id="id_kind"><legend class="form-label fs-6">Which</legend>' in html
    assert '<label class="form-check-label" for="id_kind_0">A &lt;b&gt;</label>' in html
    assert re.findall(r'value="(.)" id="id_kind_\d" checked', html) == ["b"]


def test_a_check_box_has_its_label_behind_it_and_a_class_of_its_own_is_kept() -> None:
    box = drawn("field form.sure", form=Form())
    assert box.index("<input") < box.index('<label class="form-check-label" for="id_sure">Sure')
    assert 'class="own"' in drawn("field form.small", form=Form())


def test_the_time_now_is_offered_with_the_address_of_the_clock() -> None:
    html = drawn('field form.small clock="/clock/"', form=Form())
    assert 'data-now="id_small" data-clock="/clock/">now</button>' in html


def test_a_toggle_says_what_it_is_of_and_which_answer_stops() -> None:
    class Asked(forms.Form):
        fever = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], widget=forms.RadioSelect)

    html = drawn("toggle form.fever stops=True label=label", form=Asked({"fever": "maybe"}), label='"Fever"')
    assert '<span class="segmented" role="radiogroup" aria-label="&quot;Fever&quot;">' in html
    assert '<label for="id_fever_0" class="is-stop">' in html
    assert html.count("is-stop") == 1
    assert '<span class="field-error" id="id_fever_error">Select a valid choice.' in html


def test_a_segment_with_a_sign_tells_its_words_to_a_screen_reader() -> None:
    html = drawn('segment "f" "1" "present" sign="+" chosen="1" is_disabled=True')
    assert html == (
        '<label title="present"><input type="radio" name="f" value="1" checked disabled><span>'
        '<span aria-hidden="true">+</span><span class="visually-hidden">present</span></span></label>'
    )
