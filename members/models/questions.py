"""What a category asks of its applicants, beside what every applicant is asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.categories import Category


class QuestionKind(models.TextChoices):
    SHORT = "short", _("one line")
    LONG = "long", _("several lines")
    YES_NO = "yes_no", _("yes or no")
    CHOICE = "choice", _("one of several answers")


class QuestionQuerySet(models.QuerySet):
    def asked(self):
        """Those that applicants are asked today."""
        return self.filter(is_asked=True)


class Question(models.Model):
    """One question of a category's application form, in three languages.

    A question that was answered cannot be deleted; one that is no longer asked keeps its answers.
    """

    category = models.ForeignKey(
        Category, models.CASCADE, related_name="questions", verbose_name=_("category")
    )
    text = models.CharField(_("question"), max_length=300)
    help = models.CharField(_("help"), max_length=400, blank=True)
    kind = models.CharField(
        _("kind of answer"), max_length=10, choices=QuestionKind, default=QuestionKind.LONG
    )
    required = models.BooleanField(_("must be answered"), default=True)
    is_asked = models.BooleanField(_("is asked"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ("category", "position", "pk")
        verbose_name = _("question to applicants")
        verbose_name_plural = _("questions to applicants")

    def __str__(self):
        return self.text


class QuestionOption(models.Model):
    """One of the answers that a question of choice offers."""

    question = models.ForeignKey(
        Question, models.CASCADE, related_name="options", verbose_name=_("question")
    )
    label = models.CharField(_("answer"), max_length=150)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("question", "position", "pk")
        verbose_name = _("offered answer")
        verbose_name_plural = _("offered answers")

    def __str__(self):
        return self.label
