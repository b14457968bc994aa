from .latex import scores_latex as scores_latex
from .page import evaluation_page as evaluation_page
from .page import model_card as model_card
from .page import write_evaluation as write_evaluation
